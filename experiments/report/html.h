// HTML text: every name and number of a run passes through here before it reaches a page.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace sand::experiments {

/// Untrusted text for an element or a quoted attribute, of HTML or SVG: & < > " ' as references, control
/// characters and bytes that are no UTF-8 as \x1b.
std::string escaped_text(const std::string& text);

/// Bytes as base64 (RFC 4648), without line breaks.
std::string base64(std::span<const std::byte> bytes);

/// A table of text behind a picture, or by itself.
struct DataTable {
  std::string caption = {};
  std::vector<std::string> head = {};               ///< of the columns; the first column names the rows
  std::vector<std::vector<std::string>> rows = {};  ///< as long as `head`
  bool words = false;                               ///< the cells are text, not numbers
};
/// A table that scrolls by itself.
std::string html_table(const DataTable& table);

std::string html_link(const std::string& id, const std::string& text);  ///< to a place in the page

/// A whole page that needs no other file. Its content security policy forbids scripts and all requests.
/// `sections` are those of the list of contents: id, heading and HTML.
struct PageSection {
  std::string id, heading, html;
};
std::string html_page(const std::string& title, const std::string& lead,
                      const std::vector<PageSection>& sections, const std::string& foot);

}  // namespace sand::experiments
