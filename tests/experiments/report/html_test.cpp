#include "experiments/report/html.h"

#include <doctest/doctest.h>

using namespace sand::experiments;

namespace {

std::string base64_of(const std::string& text) { return base64(std::as_bytes(std::span(text))); }

}  // namespace

TEST_CASE("A page shows a name as it is, and never as an element or a script") {
  CHECK(escaped_text("<script>alert('x')</script>") == "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  CHECK(escaped_text("a & \"b\"") == "a &amp; &quot;b&quot;");
}

TEST_CASE("Line breaks, ESC and bytes that are no UTF-8 are shown as numbers") {
  CHECK(escaped_text("a\nb") == "a\\x0ab");
  CHECK(escaped_text("\x1b[31m") == "\\x1b[31m");
  CHECK(escaped_text("\xff") == "\\xff");
}

TEST_CASE("Base64 has the values of RFC 4648") {
  CHECK(base64_of("") == "");
  CHECK(base64_of("f") == "Zg==");
  CHECK(base64_of("fo") == "Zm8=");
  CHECK(base64_of("foo") == "Zm9v");
  CHECK(base64_of("foobar") == "Zm9vYmFy");
  CHECK(base64_of("\xff\xfe\xfd") == "//79");
}

TEST_CASE("A table escapes its caption, heads and cells, and names its rows") {
  const std::string html =
      html_table({.caption = "c<", .head = {"a&", "b"}, .rows = {{"r\"", "<td>"}}, .words = true});
  CHECK(html.find("<caption>c&lt;</caption>") != std::string::npos);
  CHECK(html.find("<table class=\"words\">") != std::string::npos);
  CHECK(html.find("<th scope=\"col\">a&amp;</th>") != std::string::npos);
  CHECK(html.find("<th scope=\"row\">r&quot;</th><td>&lt;td&gt;</td>") != std::string::npos);
}

TEST_CASE("A page forbids scripts and requests, and links to each of its sections") {
  const std::string page = html_page("<t>", "lead", {{"one", "First & last", "<p>x</p>"}}, "foot");
  CHECK(page.find("default-src 'none'; style-src 'unsafe-inline'; img-src data:") != std::string::npos);
  CHECK(page.find("<title>&lt;t&gt;</title>") != std::string::npos);
  CHECK(page.find("<a href=\"#one\">First &amp; last</a>") != std::string::npos);
  CHECK(page.find("<section id=\"one\"") != std::string::npos);
  CHECK(page.find("<script") == std::string::npos);
}
