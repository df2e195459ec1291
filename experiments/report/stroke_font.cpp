#include "experiments/report/stroke_font.h"

#include <string_view>
#include <utility>

namespace sand::experiments {
namespace {

/// Lines of places "xy": x from 0 to 4, y from 0 (top of A) over 6 (base line) to 8; blanks between lines.
constexpr const char* kLetters[] = {
    /*   */ "",
    /* ! */ "2024 2626",
    /* " */ "1012 3032",
    /* # */ "1016 3036 0242 0444",
    /* $ */ "413010010213334445361605 2026",
    /* % */ "0640 0010110100 3545463635",
    /* & */ "46021020320405163644",
    /* ' */ "2022",
    /* ( */ "30121436",
    /* ) */ "10323416",
    /* * */ "0343 1135 3115",
    /* + */ "0444 2226",
    /* , */ "2617",
    /* - */ "0444",
    /* . */ "2626",
    /* / */ "0640",
    /* 0 */ "100105163645413010 0541",
    /* 1 */ "112026 1636",
    /* 2 */ "01103041420646",
    /* 3 */ "011030414233 23334445361605",
    /* 4 */ "36300444",
    /* 5 */ "400003334445361605",
    /* 6 */ "4130100105163645443303",
    /* 7 */ "004016",
    /* 8 */ "13020110304142331304051636454433",
    /* 9 */ "0516364541301001021343",
    /* : */ "2323 2626",
    /* ; */ "2323 2617",
    /* < */ "410345",
    /* = */ "0343 0545",
    /* > */ "014305",
    /* ? */ "01103041422324 2626",
    /* @ */ "343223343443414030100105163646",
    /* A */ "062046 1434",
    /* B */ "06003041423303 3344453606",
    /* C */ "4130100105163645",
    /* D */ "00062645412000",
    /* E */ "40000646 0333",
    /* F */ "400006 0333",
    /* G */ "41301001051636454323",
    /* H */ "0006 4046 0343",
    /* I */ "1030 2026 1636",
    /* J */ "4045361605",
    /* K */ "0006 4003 1246",
    /* L */ "000646",
    /* M */ "0600234046",
    /* N */ "06004640",
    /* O */ "100105163645413010",
    /* P */ "06003041423303",
    /* Q */ "100105163645413010 3446",
    /* R */ "06003041423303 2346",
    /* S */ "413010010213334445361605",
    /* T */ "0040 2026",
    /* U */ "000516364540",
    /* V */ "002640",
    /* W */ "0016233640",
    /* X */ "0046 4006",
    /* Y */ "002340 2326",
    /* Z */ "00400646",
    /* [ */ "30101636",
    /* \ */ "0046",
    /* ] */ "10303616",
    /* ^ */ "122032",
    /* _ */ "0747",
    /* ` */ "1021",
    /* a */ "12324346 4616051444",
    /* b */ "00063645433202",
    /* c */ "421203051646",
    /* d */ "40461605031242",
    /* e */ "044443321203051646",
    /* f */ "40302126 1333",
    /* g */ "461605031242473808",
    /* h */ "0006 02324346",
    /* i */ "2226 2020",
    /* j */ "32372808 3030",
    /* k */ "0006 4204 2346",
    /* l */ "10202536",
    /* m */ "0602 02122326 23324346",
    /* n */ "0602 02324346",
    /* o */ "120305163645433212",
    /* p */ "0802 023243453606",
    /* q */ "4842 421203051646",
    /* r */ "0602 03123243",
    /* s */ "4212031434453606",
    /* t */ "20253646 0242",
    /* u */ "02051646 4246",
    /* v */ "022642",
    /* w */ "0216233642",
    /* x */ "0246 4206",
    /* y */ "0226 4218",
    /* z */ "02420646",
    /* { */ "30212213242536",
    /* | */ "2028",
    /* } */ "10212233242516",
    /* ~ */ "0413243544"};
constexpr std::pair<std::string_view, const char*> kSigns[] = {{"\u2026", "0606 2626 4646"},
                                                               {"\u2265", "014305 0747"},
                                                               {"\u00b1", "0242 2024 0545"},
                                                               {"\u00b2", "1121222434"}};
constexpr const char* kFrame = "0006464000";

/// The lines of the letter at the start of `text`, and its length in bytes.
std::pair<const char*, std::size_t> letter_at(std::string_view text) {
  if (text[0] >= ' ' && text[0] <= '~') return {kLetters[text[0] - ' '], 1};
  for (const auto& [sign, lines] : kSigns)
    if (text.starts_with(sign)) return {lines, sign.size()};
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) ++length;
  return {kFrame, length};
}

}  // namespace

std::vector<std::vector<Point>> letter_lines(const std::string& text, double size) {
  const double advance = width_of("M", size), wide = 0.68 * advance / 4, high = 0.7 * size / 6;
  std::vector<std::vector<Point>> lines;
  double left = 0;
  for (std::string_view rest = text; !rest.empty(); left += advance) {
    const auto [letter, length] = letter_at(rest);
    rest.remove_prefix(length);
    bool is_new = true;
    for (const char* at = letter; *at != '\0'; ++at) {
      if (*at == ' ') {
        is_new = true;
        continue;
      }
      if (is_new) lines.emplace_back();
      is_new = false;
      lines.back().push_back({left + wide * (at[0] - '0'), high * (at[1] - '0' - 6)});
      ++at;
    }
  }
  return lines;
}

}  // namespace sand::experiments
