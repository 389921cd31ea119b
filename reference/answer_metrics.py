"""The rules of src/metrics in plain Python, where str, float(), round() and re have the meaning that the reference
harness relies on. Written from its description, as simply as it can be said; slow is fine.

    judge({"metric": "anls", "answers": ["a"], "answer": "A"})  ->  {"value": 1.0, "undecided": False}

A rule returns its value from 0 to 1, or None where it finds nothing to compare.
tests/metrics_reference_test.py compares the program with it.
"""

import re
import string

LETTERS = string.ascii_uppercase
WORDS = "zero one two three four five six seven eight nine ten".split()
DIGITS = {"none": "0", **{word: str(value) for value, word in enumerate(WORDS)}}
MARKS = ";/[]\"{}()=+\\_-><@`,?!"
PHRASES = ["the answer is", "answer is", "the correct answer is", "correct answer is", "the best answer is",
           "best answer is", "the correct option is", "correct option is", "the best option is", "best option is",
           "the choice is", "choice is", "the correct choice is", "correct choice is", "i choose", "i select", "i pick",
           "my answer is", "my choice is", "\uc635\uc158", "\uc815\ub2f5\uc740", "\ub2f5\uc740", "\ub2f5:",
           "\u7b54\u6848\u662f", "\u7b54\u6848\u4e3a", "\u9009", "\u7b54\u3048\u306f"]  # fmt: skip
# Words that are looked up as they stand; the C++ side derives its table, this side has some pairs of the real one.
CONTRACTIONS = {"dont": "don't", "couldn'tve": "couldn't've", "couldnt've": "couldn't've", "yall'll": "y'all'll",
                "y'allll": "y'all'll", "hes": "he's", "somebody'd": "somebodyd", "twas": "'twas", "'owsat": "'owsat",
                "'ows'at": "'ow's'at", "maam": "ma'am"}  # fmt: skip


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def distance(a, b):
    row = list(range(len(a) + 1))
    for j, y in enumerate(b, 1):
        row, above = [j], row
        for i, x in enumerate(a, 1):
            row.append(min(above[i - 1] + (x != y), above[i] + 1, row[-1] + 1))
    return row[-1]


def squeezed(text):
    return " ".join(text.split())


def anls(case):
    answer, shares = case["answer"], []
    for reference in case["answers"]:
        length = max(len(reference.upper()), len(answer.upper()))
        apart = distance(squeezed(reference).lower(), squeezed(answer).lower())
        shares.append(apart / length if length else 0)
    score = 1 - min(shares)
    return score if score >= 0.5 else 0


def relaxed(case):
    def share(text):
        if not text.endswith("%"):
            return number(text)
        percent = number(text.rstrip("%"))
        return None if percent is None else percent / 100

    a, t = share(case["answer"]), share(case["answers"][0])
    if a is not None and t is not None and t != 0:
        return abs(a - t) / abs(t) <= 0.05
    return case["answer"].lower() == case["answers"][0].lower()


def without_marks(text):
    out = text
    for mark in MARKS:
        touches = mark + " " in text or " " + mark in text or re.search(r"\d,\d", text)
        out = out.replace(mark, "" if touches else " ")
    return re.sub(r"\.(?!\d)", "", out, count=32)


def vqa_text(text):
    text = text.lower().replace(",", "").replace("?", "").replace("'s", " 's").strip()
    words = without_marks(text.replace("\n", " ").replace("\t", " ").strip()).split()
    words = [DIGITS.get(word, word) for word in words]
    return " ".join(CONTRACTIONS.get(word, word) for word in words if word not in ("a", "an", "the"))


def vqa(case):
    humans, answer = [vqa_text(human) for human in case["answers"]], vqa_text(case["answer"])
    others = [[h for j, h in enumerate(humans) if j != i] for i in range(len(humans))]
    return sum(min(1, rest.count(answer) / 3) for rest in others) / len(others)


def rouge(case):
    def sentences(text):
        return [" ".join(piece.split()).split(" ") for piece in text.split(".") if piece]

    given, right = sentences(case["answer"][:512]), sentences(case["answers"][0])
    if not given or not right:
        return 0
    common = set()
    for r in right:
        for h in given:
            table = [[0] * (len(h) + 1) for _ in range(len(r) + 1)]
            for i, x in enumerate(r, 1):
                for j, y in enumerate(h, 1):
                    table[i][j] = table[i - 1][j - 1] + 1 if x == y else max(table[i - 1][j], table[i][j - 1])
            i, j = len(r), len(h)
            while i and j:
                if r[i - 1] == h[j - 1]:
                    common.add(r[i - 1])
                    i, j = i - 1, j - 1
                elif table[i - 1][j] > table[i][j - 1]:
                    i -= 1
                else:
                    j -= 1
    p, r = len(common) / len({w for s in given for w in s}), len(common) / len({w for s in right for w in s})
    return 2 * p * r / (p + r + 1e-8)


def prefix_letter(text):
    found = re.match(r"\s*([A-Z])\.", text)
    return found[1] if found else text


def letter_prefix(case):
    pair = prefix_letter(case["answer"]), case["answers"][0]
    if case.get("strip_punctuation"):
        pair = tuple(text.translate(str.maketrans("", "", string.punctuation)) for text in pair)
        return pair[0].lower() == pair[1].lower()
    return pair[0].lower().strip() == pair[1].lower().strip()


def marks_stripped(text, marks):
    for mark in marks:
        text = text.strip(mark)
    return " " + text + " "


def option_texts(case, text):
    found = [letter for letter, choice in zip(LETTERS, case["choices"]) if choice.lower() in text.lower()]
    return found if len(text.split()) > 5 else []


def mmmu(case):
    text, letters = marks_stripped(case["answer"], ",.!?;:'"), LETTERS[: len(case["choices"])]
    place = {letter: text.rfind(f" {letter} ") for letter in letters}
    found = [letter for letter in letters if f"({letter})" in text]
    if found:
        place = {letter: text.rfind(f"({letter})") for letter in letters}
    found = found or [letter for letter in letters if letter + " " in text]
    found = found or [letter for letter in letters if letter + "." in text]
    if not found:
        found = option_texts(case, text)
        place = {a: text.lower().rfind(choice.lower()) for a, choice in zip(letters, case["choices"])}
    return max(found, key=place.get) if found else None


def mmmu_first(case):
    text, letters = marks_stripped(case["answer"], ",.!?;:'"), LETTERS[: len(case["choices"])]
    forms = [form.replace("X", letter) for form in ("(X)", "X ", "X.") for letter in letters]
    found = [form for form in forms if form in text]
    if found:
        return min(found, key=text.rfind).strip("(). ")
    found = option_texts(case, text)
    return min(found, key=lambda a: text.lower().rfind(case["choices"][LETTERS.index(a)].lower())) if found else None


def priority(text, letters):
    if not text.strip():
        return None
    text, found = marks_stripped(text.strip(), ",.!?;:'\""), []
    small, bare = text.lower(), text.strip()
    for a in letters:
        for weight, form in ((6, f"({a})"), (5, a + "."), (4, a + ":"), (3, a + ")"), (2, a + " ")):
            if form in text:
                found.append((weight, text.rfind(form), a))
        for phrase in PHRASES:
            if phrase in small and a in text[small.index(phrase) + len(phrase) :]:
                found.append((7, text.index(a, small.index(phrase) + len(phrase)), a))
        if bare.startswith(a) and not bare[1:2].isalpha():
            found.append((10, 0, a))
        if bare.endswith(a) and not bare[-2:-1].isalpha():
            found.append((9, len(text) - 1, a))
    found = found or [(0, text.rfind(a), a) for a in letters if a in text]
    return max(found)[2] if found else None


def class_first(text, broken):
    phrases = ["The best answer is", "The correct answer is", "The answer is", "The answer"]
    late = ["The best option is", "The correct option is", "Best answer:", "Best option:"]
    text = text.strip()
    for phrase in phrases + ([late[0] + late[1], late[2] + late[3]] if broken else late):
        text = text.replace(phrase, "")
    found = re.search("[ABCD]" if broken else "[ABCDE]", text)
    return found[0] if found else None


def paren(text):
    text = text.strip()
    return text[: text.index(")")][-1:] if ")" in text else text


def norm_letter(text):
    found = re.match(r"([A-E])\.\s*(.+)$", text.strip(), re.IGNORECASE)
    if found:
        return found[1].upper()
    text = without_marks(text.replace("\n", " ").replace("\t", " ").strip())
    for mark in "'\")(":
        text = text.strip(mark)
    text = text.strip().lower()
    found = re.search(r"\b[a-e]\b", text)
    return found[0].upper() if found else text


def mmstar(case):
    text, right = case["answer"].lower().strip(), case["answers"][0].lower().strip()
    return any(text.startswith(lead + right) for lead in ("", "(", "option ", "the answer is "))


def scienceqa(case, periods):
    text, right = case["answer"].strip(), case["answers"][0].strip().lower()
    return text.lower() == right or bool(periods and re.match(r"[A-Z]\.", text) and text[0].lower() == right)


def realworldqa(case):
    text = case["answer"]
    text = DIGITS.get(text.lower(), text) if text.lower() != "none" else text
    text = re.sub(r"[^\w\s]", "", text).strip()
    options = [option.strip() for _, option in re.findall(r"\b([A-Z])\.\s+([^\n]*)", case.get("question", ""))]
    letters = {option: LETTERS[i] for i, option in enumerate(options)}
    found = re.search("|".join(map(re.escape, options)), text) if options else None
    text = letters[found[0]] if found else text
    return text.lower().strip().rstrip(".") == case["answers"][0].lower().strip()


def realworldqa_2026(case):
    right = case["answers"][0].strip()
    if right.upper() in list("ABCD"):
        letter = priority(case["answer"], "ABCD")
        return letter if letter is None else letter == right.upper()
    return case["answer"].lower().strip().rstrip(".") == right.lower()


def mantis(case):
    raw, right, options = case["answer"], case["answers"][0].strip("()\n "), case.get("choices", [])
    proper = raw
    for phrase in ("final answer:", "the answer is", "answer:"):
        if phrase in raw.lower():
            proper = raw[raw.lower().index(phrase) + len(phrase) :].strip()
            break
    if not options:
        return right.lower() == proper.lower()
    right = right if len(right) == 1 else next(c for c in right if c.isalpha())
    labelled = re.match("Answer: ([A-Z])", proper)
    chosen = labelled[1] if labelled else next((c.upper() for c in proper if c.isalpha()), None)
    valid = LETTERS[: len(options)]
    if chosen and chosen in valid:
        return chosen == right.upper()
    if right.upper() not in valid:
        return False
    option = options[valid.index(right.upper())]
    label = next((mark for mark in (right + ".", right + ":", f"({right})") if option.startswith(mark)), "")
    return raw.strip() == option[len(label) :].strip()


def open_parts(text):
    text = text.strip()
    value = number(text.replace(",", ""))
    if value is not None:
        return [round(value, 2)]
    return [" " + text.lower(), text.lower() + " "] if len(text.lower()) == 1 else [text.lower()]


def mmmu_open(case):
    text = case["answer"].strip().strip(".").lower()
    lines, tails, parts = text.split("\n"), [], []
    for i, line in enumerate(lines):
        indicators = ["could be ", "so ", "is ", "thus ", "therefore ", "final ", "answer ", "result "]
        shortest = ""
        for indicator in indicators + (["="] if i + 1 == len(lines) else []):
            tail = line.split(indicator)[-1].strip()
            if indicator in line and (not shortest or len(tail) < len(shortest)):
                shortest = tail
        if shortest and shortest not in list(":,.!?;'"):
            tails.append(shortest)
    for tail in tails or [text]:
        numbers = re.findall(r"-?\b\d{1,3}(?:,\d{3})+\b", tail) + re.findall(r"-?\d+(?:\.\d+)?[eE][+-]?\d+", tail)
        numbers += re.findall(r"-?(?:\d+\.\d+|\.\d+|\d+\b)(?![eE][+-]?\d+)(?![,\d])", tail)
        for piece in [tail] + numbers:
            parts += open_parts(piece)
    right = [part for answer in case["answers"] for part in open_parts(answer)]
    same = any(isinstance(p, float) and isinstance(r, float) and p == r for p in parts for r in right)
    return same or any(isinstance(p, str) and isinstance(r, str) and r in p for p in parts for r in right)


def mathvista(case):
    answer, right, kind = case["answer"], case["answers"][0], case.get("answer_type", "")
    choices = case.get("choices", [])
    if choices:
        letters = LETTERS[: len(choices)]
        text = answer if answer in choices else priority(answer, letters) or answer
        bracketed = re.findall(r"\(([a-zA-Z])\)", text.strip())
        text = bracketed[0].upper() if bracketed else text.strip()
        chosen = choices[letters.index(text)] if len(text) == 1 and text in letters else None
        if chosen is None:
            chosen = min(choices, key=lambda choice: distance(text, choice))
        return chosen.strip() == (choices[letters.index(right)] if right in list(letters) else right).strip()
    if kind not in ("integer", "float"):
        return answer.strip() == right.strip()
    try:
        value = float(int(answer)) if kind == "integer" else float(answer)
    except ValueError:
        found = re.findall(r"-?(?<!\d)\d+(?:,\d{3}(?!\d))*(?:\.\d+)?(?:[eE][+-]?\d+)?|-?(?<!\d)\.\d+", answer)
        if not found:
            return None
        value = float(found[-1].replace(",", ""))
    try:
        text = str(int(value)) if kind == "integer" else str(round(value, case.get("precision", 0)))
    except (OverflowError, ValueError):
        text = "None"
    return text == right.strip()


def mme(case):
    text = case["answer"].lower().strip().replace(".", "")
    label = {"y": "yes", "n": "no"}.get(text) or next((word for word in ("yes", "no") if word in text[:4]), "other")
    return label == case["answers"][0].lower().strip().replace(".", "")


def circular(case):
    words = case["answer"].split()
    affixes = [("", ""), ("", "."), ("", ","), ("", ":"), ("", ")"), ("", ")."), ("(", ")"), ("(", ")."), (":", ""),
               (":", ","), (":", "."), (":", ")"), (":", ").")]  # fmt: skip
    for before, after in affixes:
        found = [letter for letter in "ABCDE" if before + letter + after in words]
        article = not (before or after) and "A" in words and len(words) > 3
        if len(found) == 1 and not article:
            return found[0]
    found = [a for a, choice in zip(LETTERS, case["choices"]) if choice.lower() in case["answer"].lower()]
    return found[0] if len(found) == 1 else None


def ours(text):
    text = squeezed(text).lower()
    return squeezed(text[:-1] if text.endswith(".") else text)


def contains(case):
    text, words = ours(case["answer"]), ours(case["answers"][0])
    if not words:
        return not text
    begin = r"(?<![a-z0-9A-Z])" if re.match("[a-z0-9A-Z]", words[0]) else ""
    end = r"(?![a-z0-9A-Z])" if re.match("[a-z0-9A-Z]", words[-1]) else ""
    return bool(re.search(begin + re.escape(words) + end, text))


def letter(read):
    """A rule that reads a letter, None for nothing."""

    def rule(case):
        found = read(case)
        return found if found is None else found in case["answers"]

    return rule


def letters_of(case):
    return LETTERS[: len(case["choices"])] if case.get("choices") else "ABCD"


def lone_letter(text):
    found = re.search(r"\b([A-D])\b", text.strip())
    return found[1] if found else None


RULES = {
    "exact": lambda case: ours(case["answer"]) == ours(case["answers"][0]),
    "contains": contains,
    "relaxed": relaxed,
    "relaxed5": relaxed,
    "anls": anls,
    "vqa10": vqa,
    "rouge_l": rouge,
    "letter_prefix": letter_prefix,
    "letter_first_char": lambda case: case["answer"].strip()[:1].lower() == case["answers"][0].lower().strip(),
    "letter_mmmu": letter(mmmu),
    "letter_mmmu_first": letter(mmmu_first),
    "letter_regex_first": letter(lambda case: lone_letter(case["answer"])),
    "letter_class_first": letter(lambda case: class_first(case["answer"], True)),
    "lvb_letter": letter(lambda case: class_first(case["answer"], False)),
    "letter_paren": lambda case: paren(case["answer"]) == case["answers"][0],
    "letter_priority": letter(lambda case: priority(case["answer"], letters_of(case))),
    "letter_norm": lambda case: norm_letter(case["answer"]) == norm_letter(case["answers"][0]),
    "mmstar_prefix": mmstar,
    "sqa_letter_2024": lambda case: scienceqa(case, False),
    "sqa_letter": lambda case: scienceqa(case, True),
    "rwqa_chain": realworldqa,
    "rwqa_priority": realworldqa_2026,
    "mantis": mantis,
    "mmmu_open": mmmu_open,
    "mathvista": mathvista,
    "mme_yesno": mme,
    "circular": letter(circular),
    "circular_static": letter(lambda case: circular(case) or priority(case["answer"], letters_of(case))),
}


def judge(case):
    value = RULES[case["metric"]](case)
    return {"value": 0.0 if value is None else float(value), "undecided": value is None}
