#include "synth/words.h"

#include <algorithm>
#include <cctype>

namespace ov {
namespace {

constexpr const char* kEverydayWords =
    "able about above across action active actor add adult after again age agree air alarm album alive alone along "
    "already also always amount ancient angle animal answer apart apple area arm army around arrive art ask aunt "
    "autumn "
    "awake away baby back bacon bad bag bake balance ball band bank bar barn base basket bath beach bean bear beard "
    "beat beauty become bed bee before begin behind bell below belt bench best better big bike bird birth bit black "
    "blade blank blind block blood blue board boat body bone book boot border born boss both bottle bottom bowl box "
    "boy "
    "brain branch brave bread break bridge bright bring brother brown brush build burn bus bush busy butter button buy "
    "cabin cable cake call calm camera camp can candle candy cap car card care carpet carry case castle cat catch "
    "cause "
    "ceiling cell center chain chair chalk chance change cheap check cheese cherry chest chicken child choice church "
    "circle city class clean clear clever climb clock close cloth cloud club coach coal coast coat coffee coin cold "
    "color common cook cool copper copy corn corner cost cotton count country cover cow cream cross crowd crown cry "
    "cup "
    "curtain custom cut dance danger dark date daughter dawn day dear deep deer degree desert desk dinner dish doctor "
    "dog dollar donkey door double down dragon draw dream dress drink drive drop drum dry duck dust eager eagle ear "
    "early earth east easy eat edge egg eight elbow empty end engine enjoy enough enter equal even evening event every "
    "example eye face fact fair fall family famous far farm fast father fear feather feed feel fence festival few "
    "field "
    "fight fill final find fine finger finish fire first fish five flag flat floor flour flower fly fog fold follow "
    "food foot forest forget fork form forty four fox frame free fresh friend frog front fruit full funny future game "
    "garden gate gather ghost giant gift girl give glad glass glove goat gold good goose grain grape grass gray great "
    "green ground group grow guard guess guest guide guitar gun habit hair half hall hammer hand happy harbor hard hat "
    "heart heat heavy height help hero high hill history hold holiday home honey hope horse hospital hot hotel hour "
    "house hundred hungry hunt hurry ice idea inside iron island jacket jam job join joke journey judge juice jump "
    "jungle key kind king kitchen kite knee knife knock ladder lady lake lamp land language large last late laugh lazy "
    "leader leaf learn leather left lemon lesson letter library life light lily line lion lip list little live lock "
    "long look loud love low lucky lunch machine magic mail main make man many map market mask master match meal meat "
    "medicine meet melon member metal middle milk mind mine minute mirror mix model modern money monkey month moon "
    "morning mother motor mountain mouse mouth move movie museum music name narrow nation nature near neck needle nest "
    "never new night nine noise noon north nose note nurse ocean office oil old olive onion open orange orchard order "
    "other outside oven owner page paint pair palace paper parent park party pass path peace peach pear pencil people "
    "pepper piano picture piece pilot pink pipe place plain plan plane plant plate play please pocket poem point "
    "police "
    "pond pool poor post potato pound powder power press pretty price prince prize pull purple push queen question "
    "quick "
    "quiet rabbit race radio rain ready red rest rice rich ride right ring river road rock roof room root rope rose "
    "round royal rule run sad safe sail salad salt sand school science sea season seat second secret seed sell seven "
    "shade shape sharp sheep shell ship shirt shoe shop short shoulder show silver simple sing sister six size skin "
    "sky "
    "sleep slow small smile smoke snake snow soap soft soldier song soup south space spoon sport spring square stair "
    "stamp star start station steam steel step stick stone stop store storm story street strong student sugar summer "
    "sun "
    "sweet swim table tail tall tea teach team ten tent test thank theater thick thin thing three throw thumb ticket "
    "tiger time tired today together tomato tool tooth top tower town toy track trade train travel tree trip trousers "
    "true trust turn twelve twenty twin uncle under uniform union useful valley value vegetable view village violin "
    "visit "
    "voice wagon wait walk wall warm wash watch water wave weather wedding week west wet wheat wheel white wide wife "
    "wild "
    "win wind window wine winter wise wolf woman wonder wood wool word work world worm wrist write yard year yellow "
    "young";

// FNV-1a: which words are kept for tests must not change with the list.
std::uint32_t hash_of(std::string_view word) {
  std::uint32_t hash = 2166136261U;
  for (const char letter : word) hash = (hash ^ static_cast<std::uint8_t>(letter)) * 16777619U;
  return hash;
}

}  // namespace

const char* const kShortAnswer = "\nAnswer the question using a single word or phrase.";
const char* const kLetterAnswer = "\nAnswer with the option's letter from the given choices directly.";

std::string with_article(const std::string& words) {
  const bool vowel = !words.empty() && std::string("aeiou").find(words[0]) != std::string::npos;
  return (vowel ? "an " : "a ") + words;
}

std::string capitalised(std::string words) {
  if (!words.empty()) words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
  return words;
}

std::string sentence(std::string words) { return capitalised(std::move(words)) + "."; }

std::string listed(const std::vector<std::string>& words, const char* last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " " + std::string(last) + " " : ", ";
    text += words[i];
  }
  return text;
}

std::string number_word(std::int64_t number) {
  static constexpr const char* kNumbers[] = {"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                             "seven", "eight", "nine", "ten",   "eleven", "twelve"};
  return number >= 0 && number <= 12 ? kNumbers[number] : std::to_string(number);
}

std::string ordinal(std::int64_t number) {
  const bool teen = number % 100 >= 11 && number % 100 <= 13;
  const char* const end = teen               ? "th"
                          : number % 10 == 1 ? "st"
                          : number % 10 == 2 ? "nd"
                          : number % 10 == 3 ? "rd"
                                             : "th";
  return std::to_string(number) + end;
}

std::string with_commas(std::int64_t number) {
  std::string text = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > first + 3;) text.insert(at -= 3, 1, ',');
  return text;
}

Choice make_choice(RandomStream& random, const std::string& question, const std::string& right,
                   std::vector<std::string> wrong) {
  wrong.push_back(right);
  random.shuffle(wrong);
  Choice choice{question, ""};
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    const std::string letter(1, static_cast<char>('A' + i));
    choice.question += "\n" + letter + ". " + wrong[i];
    if (wrong[i] == right) choice.letter = letter;
  }
  choice.question += kLetterAnswer;
  return choice;
}

std::vector<std::string> everyday_words(bool test) {
  std::vector<std::string> words;
  const std::string_view all = kEverydayWords;
  for (std::size_t begin = 0; begin < all.size();) {
    const std::size_t end = std::min(all.find(' ', begin), all.size());
    const std::string_view word = all.substr(begin, end - begin);
    if ((hash_of(word) % 8 == 0) == test) words.emplace_back(word);
    begin = end + 1;
  }
  return words;
}

}  // namespace ov
