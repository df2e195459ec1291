#include "experiments/report/html.h"

#include "experiments/report/style.h"
#include "tensor/printable.h"

namespace sand::experiments {

std::string escaped_text(const std::string& text) {
  std::string html;
  for (const char letter : without_controls(text)) switch (letter) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      case '\'': html += "&#39;"; break;
      default: html += letter;
    }
  return html;
}

std::string base64(std::span<const std::byte> bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t j = i; j < i + 3; ++j)
      group = group << 8 | (j < bytes.size() ? std::to_integer<unsigned>(bytes[j]) : 0u);
    for (std::size_t digit = 0; digit < 4; ++digit)
      text += i + digit > bytes.size() ? '=' : kDigits[group >> (18 - 6 * digit) & 63];
  }
  return text;
}

std::string html_table(const DataTable& table) {
  std::string html = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" +
                     escaped_text(table.caption) + "\"><table" + (table.words ? " class=\"words\"" : "") +
                     "><caption>" + escaped_text(table.caption) + "</caption><thead><tr>";
  for (const std::string& name : table.head) html += "<th scope=\"col\">" + escaped_text(name) + "</th>";
  html += "</tr></thead><tbody>";
  for (const std::vector<std::string>& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      html += i == 0 ? "<th scope=\"row\">" + escaped_text(row[i]) + "</th>"
                     : "<td>" + escaped_text(row[i]) + "</td>";
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>";
}

std::string html_link(const std::string& id, const std::string& text) {
  return "<a href=\"#" + escaped_text(id) + "\">" + escaped_text(text) + "</a>";
}

std::string html_page(const std::string& title, const std::string& lead,
                      const std::vector<PageSection>& sections, const std::string& foot) {
  std::string contents, body;
  for (const PageSection& section : sections) {
    contents += "<li>" + html_link(section.id, section.heading) + "</li>";
    body += "<section id=\"" + escaped_text(section.id) + "\" aria-labelledby=\"" + escaped_text(section.id) +
            "-heading\"><h2 id=\"" + escaped_text(section.id) + "-heading\">" +
            escaped_text(section.heading) + "</h2>\n" + section.html + "</section>\n";
  }
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'; img-src data:\">\n"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
         escaped_text(title) + "</title>\n<style>" + page_rules() +
         "</style></head>\n<body><a class=\"skip\" href=\"#main\">Skip to the report</a>\n<header><h1>" +
         escaped_text(title) + "</h1><p>" + escaped_text(lead) + "</p>\n<nav aria-label=\"Sections\"><ul>" +
         contents + "</ul></nav></header>\n<main id=\"main\">\n" + body + "</main>\n<footer><p>" +
         escaped_text(foot) + "</p></footer></body></html>\n";
}

}  // namespace sand::experiments
