"""What the benchmarks ask of a row, in Python and by the published descriptions: the slow twin of src/benchmarks.

Each function gets a row (a dictionary as in benchmark_rows.py) and whether the protocol is the paper's, and returns the
prompt's text with what belongs to it; expected() adds the placeholders. Names follow the facts, not the C++ code.
"""

import hashlib
import re

LETTER = "\nAnswer with the option's letter from the given choices directly."
SHORT = "\nAnswer the question using a single word or phrase."
CHOOSE = (
    "Select the best answer to the following multiple-choice question based on the video and the subtitles. "
    "Respond with only the letter (A, B, C, or D) of the correct option."
)
ABC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def lettered(options):
    return "\n".join(f"{ABC[i]}. {option}" for i, option in enumerate(options))


def images(*cells):
    found = []
    for cell in cells:
        found += cell if isinstance(cell, list) else [cell] if cell is not None else []
    return [hashlib.sha256(cell["bytes"]).hexdigest() for cell in found]


def index_letter(row, column="answer"):
    return [] if row[column] in (None, "None", "") else [ABC[int(row[column])]]


def question(suffix="", column="question"):
    return lambda row, paper: {"text": row[column] + suffix}


def anls(row, paper):
    return {"text": row["question"] + SHORT, "references": row["answers"] or [], "id": row["questionId"],
            "metric": "anls", "tokens": 32}


def chartqa(row, paper):
    return {"text": row["question"] + "\nAnswer the question with a single word.", "references": [row["answer"]],
            "metric": "relaxed5", "tokens": 16, "tags": {"type": [row["type"]]}}


def textvqa(row, paper):
    return {"text": row["question"].capitalize() + SHORT, "references": row["answers"], "metric": "vqa10"}


def ai2d(row, paper):
    return {"text": row["question"] + "\n" + lettered(row["options"]) + LETTER, "references": index_letter(row),
            "choices": row["options"], "metric": "letter_prefix", "tokens": 16}


def scienceqa(row, paper):
    context = f"Context: {row['hint']}\n" if row["hint"] else ""
    return {"text": f"{context}{row['question']}\n{lettered(row['choices'])}{LETTER}", "choices": row["choices"],
            "references": index_letter(row), "tokens": 16, "metric": "sqa_letter_2024" if paper else "sqa_letter"}


DIGITS = {1.0: ("one decimal place", "1.2, 1.3, 1.4"), 2.0: ("two decimal places", "1.23, 1.34, 1.45")}


def mathvista_format_hint(row):
    if row["question_type"] == "multi_choice":
        return "Answer with the option's letter from the given choices directly."
    if row["answer_type"] == "float":
        return f"Answer the question using a single floating-point number with {DIGITS[row['precision']][0]}."
    what = {"integer": "a single integer number", "list": "a Python list"}[row["answer_type"]]
    return f"Answer the question using {what}."


def mathvista_hint(row):
    if row["question_type"] == "multi_choice":
        return "Hint: Please answer the question and provide the correct option letter, e.g., A, B, C, D, at the end."
    if row["answer_type"] == "float":
        digits, example = DIGITS[row["precision"]]
        what, noun = f"a floating-point number with {digits}", "value"
    elif row["answer_type"] == "integer":
        what, noun, example = "an integer answer", "value", "1, 2, 3"
    else:
        what, noun, example = "a Python list as an answer", "list", "[1, 2, 3], [1.2, 1.3, 1.4]"
    request = f"Hint: Please answer the question requiring {what} and provide the final {noun}"
    return f"{request}, e.g., {example}, at the end."


def mathvista(style):
    def ask(row, paper):
        unit = f" (Unit: {row['unit']})" if row["unit"] else ""
        choices = row["choices"] or []
        if style == "format":
            parts = [row["question"] + unit, lettered(choices), mathvista_format_hint(row)]
        else:
            shown = ["Choices:"] + [f"({ABC[i]}) {choice}" for i, choice in enumerate(choices)]
            parts = ["Question: " + row["question"] + unit, "\n".join(shown) if choices else "", mathvista_hint(row)]
        if style == "solution":
            parts.append("Solution: ")
        return {"text": "\n".join(part for part in parts if part).strip(), "id": row["pid"], "choices": choices,
                "references": [row["answer"]], "tokens": 1024 if paper else 16384, "metric": "mathvista",
                "images": images(row["decoded_image"]), "tags": {"skills": row["metadata"]["skills"]}}

    return ask


def mathverse(row, paper):
    return {"text": row["query_wo"].strip(), "metric": "judge:mathverse", "references": [row["answer"]],
            "question": row["question_for_eval"]}


def mmmu(row, paper):
    if row["question_type"] == "open":
        text, choices = row["question"] + "\n" + SHORT, []
        gold = eval(row["answer"]) if isinstance(row["answer"], str) and row["answer"][0] == "[" else row["answer"]
        references = gold if isinstance(gold, list) else [gold]
    else:
        choices = eval(row["options"])
        text, references = row["question"] + "\n" + lettered(choices) + "\n" + LETTER, [row["answer"]]
    names = sorted({f"image_{k}" for k in re.findall(r"<image (\d+)>", text)})
    return {"text": text, "choices": choices, "references": references, "tokens": 16 if paper else 128,
            "metric": "letter_mmmu" if choices else "mmmu_open", "images": images(*[row[name] for name in names]),
            "id": row["id"], "tags": {"subject": [re.fullmatch(r"validation_(.+)_\d+", row["id"])[1]]}}


def mmbench(row, paper):
    options = {key: row[key] for key in "ABCDE" if row.get(key) and row[key] != "nan"}
    hint = "" if row["hint"] in (None, "nan") else row["hint"] + " "
    shown = "\n".join(f"{key}. {text}" for key, text in options.items()).rstrip("\n")
    return {"text": f"{hint}{row['question']} There are several options:\n{shown}\n{LETTER}", "id": row["index"],
            "choices": list(options.values()), "references": [row["answer"]], "metric": "circular",
            "group": str(int(row["index"]) % 10**6), "tags": {"L2-category": [row["L2-category"]]}}


def mme(row, paper):
    return {"text": row["question"].strip().replace(" Please answer yes or no.", "") + SHORT, "tokens": 16,
            "references": [row["answer"]], "metric": "mme_yesno", "group": row["question_id"]}


def mmstar(row, paper):
    return {"text": row["question"].strip() + "\nAnswer with the option's letter from the given choices directly",
            "references": [row["answer"]], "metric": "mmstar_prefix" if paper else "letter_priority",
            "tags": {"l2_category": [row["l2_category"]]}}


def seedbench(kind):
    def ask(row, paper):
        if row["data_type"] != kind:
            return None
        choices = [row["choice_" + c] for c in "abcd"]
        return {"text": row["question"] + "\n" + lettered(choices) + LETTER, "choices": choices,
                "references": [row["answer"]], "metric": "letter_first_char", "id": row["question_id"]}

    return ask


def realworldqa(row, paper):
    return {"text": row["question"].strip(), "references": [row["answer"]], "tokens": 16,
            "metric": "rwqa_chain" if paper else "rwqa_priority"}


def judged(rubric, question="question", answer="answer", prefix="", tokens=1024, **more):
    def ask(row, paper):
        extra = {key: make(row) for key, make in more.items()}
        return {"text": prefix + row[question], "references": [row[answer]], "tokens": tokens,
                "metric": "judge:" + rubric, "question": row[question], **extra}

    return ask


def vibe_eval(row, paper):
    return {**judged("vibe", "prompt", "reference")(row, paper), "text": row["prompt"].strip(),
            "tags": {"category": [row["category"].removeprefix("difficulty-")]}}


def interleave(row, paper):
    choice = row["question_type"] == "multi-choice"
    made = {"references": [row["answer"]], "metric": "letter_norm" if choice else "rouge_l", "tokens": 16,
            "images": images(*[row[f"image_{k}"] for k in range(16)]), "tags": {"sub_task": [row["sub_task"]]}}
    if "conversations" in row:
        roles = ("user", "assistant")
        turns = [{"role": roles[i % 2], "text": turn["value"]} for i, turn in enumerate(row["conversations"])]
        return {**made, "text": None, "turns": turns}
    return {**made, "text": row["question"]}


def muirbench(row, paper):
    return {"text": row["question"] + "\n" + lettered(row["options"]) + LETTER, "choices": row["options"],
            "references": [row["answer"]], "metric": "letter_prefix", "tokens": 16,
            "images": images(row["image_list"])}


def mantis(row, paper):
    made = {"metric": "mantis", "tokens": 64, "images": images(row["images"])}
    if row["question_type"] == "multi-choice":
        gold = re.search("[A-Za-z]", row["answer"])[0].upper()
        return {**made, "text": f"{row['question']}{LETTER}{row['options']}", "references": [gold]}
    text = (
        "Given the images, answer the following short answer vqa question:\nQ: " + row["question"] + "\nYou can "
        'first give your analysis, and then give your final answer as "Final Answer:"'
    )
    return {**made, "text": text, "references": [row["answer"]]}


def videomme(subtitles):
    def ask(row, paper):
        options = row["options"] if paper else "\n".join(row["options"])
        text = f"{CHOOSE}\n{row['question']}\n{options}\n"
        shown = "First line of two.\nSecond <b>\u4ec0\u4e48</b>" if row["question_id"] < "001-4" else (
            "No subtitles available")
        text = f"This video's subtitles are listed below: \n{shown}\n{text}The best answer is:" if subtitles else (
            text + LETTER)
        return {"text": text, "references": [row["answer"]], "tokens": 16, "video": row["videoID"] + ".mp4",
                "metric": "letter_class_first" if paper else "letter_priority", "cluster": row["videoID"]}

    return ask


def mlvu(row, paper):
    text = row["question"] + "\nOnly give the best option.\nBest option: ("
    if paper:
        text = "\n" + row["question"] + "\nOnly give the best option.\n\nBest option: ("
    return {"text": text, "references": [row["answer"]], "tokens": 16, "video": row["video_name"],
            "metric": "letter_paren" if paper else "letter_priority", "tags": {"task_type": [row["task_type"]]}}


def nextqa(row, paper):
    options = [row[f"a{i}"].strip() for i in range(5)]
    return {"text": row["question"].strip() + "\n" + lettered(options), "choices": options, "metric": "letter_mmmu",
            "references": index_letter(row), "video": f"{row['video']}.mp4"}


def egoschema(row, paper):
    return {"text": row["question"] + "".join("\n" + option for option in row["option"]) + LETTER,
            "choices": row["option"], "references": index_letter(row), "tokens": 1024 if paper else 16,
            "metric": "letter_mmmu_first", "video": row["video_idx"] + ".mp4"}


def perceptiontest(row, paper):
    a, b, c = row["options"]
    return {"text": f"{row['question']}\nA. {a}\nB. {b}\nC. {c}{LETTER}", "references": index_letter(row, "answer_id"),
            "metric": "letter_regex_first", "video": row["video_name"] + ".mp4", "tags": {"tag": row["tag"]}}


def mvbench(row, paper):
    text = f"Question:{row['question']}\nOption:\n"
    text += "".join(f"({ABC[i]}) {option}\n" for i, option in enumerate(row["candidates"]))
    text += LETTER.strip() if paper else "Only give the best option.\n"
    return {"text": text, "references": [ABC[row["candidates"].index(row["answer"])]], "tokens": 16,
            "choices": row["candidates"], "metric": "letter_norm", "video": row["video"]}


def longvideobench(row, paper):
    options = [row[f"option{i}"] for i in range(5) if row[f"option{i}"] != "N/A"]
    return {"text": row["question"] + "\n" + lettered(options) + LETTER + "\n", "choices": options, "tokens": 32,
            "references": index_letter(row, "correct_choice"), "video": row["video_path"],
            "metric": "letter_mmmu" if paper else "lvb_letter"}


def tempcompass(suffix, metric, references):
    return lambda row, paper: {"text": row["question"] + suffix, "metric": metric, "references": references(row),
                               "video": row["video_id"] + ".mp4", "tags": {"dim": [row["dim"]]}}


def activitynetqa(row, paper):
    return {"text": row["question"].capitalize() + "? Answer the question using a single word or phrase.",
            "references": [row["answer"]], "metric": "judge:actnet", "tokens": 64, "cluster": row["video_name"],
            "video": "v_" + row["video_name"]}


def video_question(rubric):
    return judged(rubric, video=lambda row: row["video_name"])


def consistency(row, paper):
    asked = row["question_2"] if row["question_1"] == "None" or row["question_1"] is None else row["question_1"]
    return {"text": asked, "references": [row["answer"]], "metric": "judge:vcg_consistency",
            "group": row["video_name"], "video": row["video_name"]}


BEST = "\nPlease directly give the best option:"
ASK = {
    "docvqa": anls, "docvqa_test": anls, "infovqa": anls, "infovqa_test": anls, "chartqa": chartqa,
    "textvqa": textvqa, "ai2d": ai2d, "scienceqa": scienceqa, "mathvista": mathvista("format"),
    "mathvista_cot": mathvista("cot"), "mathvista_solution": mathvista("solution"),
    **{"mathverse_" + version: mathverse
       for version in ("vision_intensive", "vision_dominant", "vision_only", "text_dominant", "text_lite")},
    "mmmu": mmmu, "mmbench": mmbench, "mme": mme, "mmstar": mmstar, "seedbench_image": seedbench("image"),
    "seedbench_video": seedbench("video"), "realworldqa": realworldqa,
    "llava_w": judged("llava_w", answer="gpt_answer", tokens=4096, context=lambda row: row["caption"]),
    "wilder": judged("wilder", "Question", "Answer", tokens=4096),
    "mmvet": judged("mmvet", prefix="First please perform reasoning, and think step by step to provide best answer to "
                    "the following question: \n\n",
                    tags=lambda row: {"capability": [c.strip() for c in row["capability"].split(",")]}),
    "vibe_eval": vibe_eval,
    "livebench": judged("livebench", images=lambda row: images(row["images"]), criteria=lambda row: row["criteria"]),
    "imagedc": judged("dc100"), "interleave_in": interleave, "interleave_out": interleave,
    "interleave_multi_view": interleave, "muirbench": muirbench, "mantis": mantis, "videomme": videomme(False),
    "videomme_subtitles": videomme(True), "mlvu": mlvu, "nextqa": nextqa, "egoschema": egoschema,
    "egoschema_subset": egoschema, "perceptiontest": perceptiontest, "mvbench": mvbench,
    "longvideobench": longvideobench,
    "tempcompass_multi_choice": tempcompass(BEST, "letter_priority", lambda row: [row["answer"][0]]),
    "tempcompass_yes_no": tempcompass("\nPlease answer yes or no:", "mme_yesno", lambda row: [row["answer"]]),
    "tempcompass_caption_matching": tempcompass(
        BEST, "exact", lambda row: [row["answer"], "Caption B", row["answer"].removeprefix("Caption B: "), "B"]),
    "activitynetqa": activitynetqa,
    "videochatgpt_correctness": video_question("vcg_correct"), "videochatgpt_detail": video_question("vcg_detail"),
    "videochatgpt_context": video_question("vcg_context"), "videochatgpt_temporal": video_question("vcg_temporal"),
    "videochatgpt_consistency": consistency, "videodc": video_question("vcg_detail"),
}


def expected(name, row, paper):
    """The question with its placeholders, or None where the row is not of the benchmark."""
    made = ASK[name](row, paper)
    if made is None:
        return None
    if "images" not in made:
        made["images"] = images(row.get("image")) if "video" not in made else []
    media = 1 if "video" in made else len(made["images"])
    text = made.pop("text")
    if text is not None and media and "<image>" not in text:
        text = " ".join(["<image>"] * media) + "\n" + text
    return {"prompt": text, "tokens": 1024, "group": "", **made}
