"""Small tables in the published layouts of the benchmarks, as plain Python: TABLES maps a name to where its file lies
under the data folder, to the types of its columns and to its rows. Written by us; no row is of a benchmark.

Types: string, int8, int64, float64, image (struct of bytes and path), [type] for a list, {name: type} for a struct.
A picture is {"bytes": ..., "path": ...}. tests/benchmark_fixtures.py writes the files.
"""

import struct
import zlib
from dataclasses import dataclass

QUESTIONS = [
    "What is shown?",
    "  Gr\u00f6\u00dfer als \u4ec0\u4e48?  ",
    'Who says "hi" to it\'s owner',
    "Line one\nline two\tand a tab",
    "IS THE MAN'S HAT \u00c9CRU",
    "What\u00a0is\u200b this \\n \U0001f600?",
]
OPTIONS = [
    ["cat", "dog"],
    ["it's red", 'the "blue" one', "both"],
    ["1", "2.5", "-3", "1e3"],
    ["a\nb", "c", "d", "e"],
    ["Gr\u00f6\u00dfe", "\u4ec0\u4e48", "\u00a0", "back\\slash"],
    ["yes", "no", "maybe", "nan"],
]
NUM_ROWS = len(QUESTIONS)


@dataclass
class Table:
    path: str  # under the data folder
    columns: dict
    rows: list


def picture(seed, width=24, height=16):
    """A PNG of one colour."""
    colour = bytes([seed * 37 % 256, seed * 91 % 256, seed * 151 % 256])
    data = zlib.compress((b"\0" + colour * width) * height)

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return {"bytes": png, "path": f"{seed}.png"}


def pictures(seed, count):
    return [picture(seed * 10 + k) for k in range(count)]


def rows_of(make):
    return [make(i, QUESTIONS[i], OPTIONS[i]) for i in range(NUM_ROWS)]


def letter(i, options):
    return "ABCDE"[i % len(options)]


def padded(options, count, filler):
    return (options + [filler] * count)[:count]


def documents():
    infographic = {
        "questionId": "string", "question": "string", "answers": ["string"], "answer_type": ["string"],
        "image": "image", "image_url": "string", "operation/reasoning": ["string"], "ocr": "string",
        "data_split": "string"}
    docvqa = {
        "questionId": "string", "question": "string", "question_types": ["string"], "image": "image",
        "docId": "int64", "ucsf_document_id": "string", "ucsf_document_page_no": "string", "answers": ["string"],
        "data_split": "string"}

    def row(i, question, options):
        return {"questionId": str(100 + i), "question": question, "answers": options, "image": picture(i),
                "question_types": ["layout", "table/list"][: 1 + i % 2], "docId": 5, "ucsf_document_id": "u",
                "ucsf_document_page_no": "1", "data_split": "val", "answer_type": ["single span"],
                "image_url": "u", "operation/reasoning": [], "ocr": "{}"}

    def withheld(i, question, options):
        return {**row(i, question, options), "answers": None if i % 2 else []}

    base = "lmms-lab/DocVQA/"
    yield "docvqa", Table(base + "DocVQA/validation-00000-of-00002.parquet", docvqa, rows_of(row)[:4])
    yield "docvqa", Table(base + "DocVQA/validation-00001-of-00002.parquet", docvqa, rows_of(row)[4:])
    yield "docvqa_test", Table(base + "DocVQA/test-00000-of-00001.parquet", docvqa, rows_of(withheld))
    yield "infovqa", Table(base + "InfographicVQA/validation-00000-of-00001.parquet", infographic, rows_of(row))
    yield "infovqa_test", Table(base + "InfographicVQA/test-00000-of-00001.parquet", infographic, rows_of(withheld))
    yield "chartqa", Table(
        "ChartQA/data/test-00000-of-00001.parquet",
        {"type": "string", "question": "string", "answer": "string", "image": "image"},
        rows_of(lambda i, q, o: {"type": ["human_test", "augmented_test"][i % 2], "question": q, "answer": o[0],
                                 "image": picture(i)}))
    yield "textvqa", Table(
        "lmms-lab/textvqa/data/validation-00000-of-00001.parquet",
        {"image": "image", "image_id": "string", "question_id": "int64", "question": "string", "answers": ["string"]},
        rows_of(lambda i, q, o: {"image": picture(i), "image_id": "x", "question_id": 34602 + i, "question": q,
                                 "answers": padded(o, 10, "none")}))


def science():
    yield "ai2d", Table(
        "lmms-lab/ai2d/data/test-00000-of-00001.parquet",
        {"question": "string", "options": ["string"], "answer": "string", "image": "image"},
        rows_of(lambda i, q, o: {"question": q, "options": o, "answer": str(i % len(o)), "image": picture(i)}))
    text = ["hint", "task", "grade", "subject", "topic", "category", "skill", "lecture", "solution"]
    yield "scienceqa", Table(
        "lmms-lab/ScienceQA/ScienceQA-IMG/test-00000-of-00001.parquet",
        {"image": "image", "question": "string", "choices": ["string"], "answer": "int8",
         **{name: "string" for name in text}},
        rows_of(lambda i, q, o: {**{name: name + str(i) for name in text}, "question": q, "choices": o,
                                 "image": picture(i) if i != 4 else None, "answer": i % len(o),
                                 "hint": ["", "A hint.\nOf two lines."][i % 2]}))
    metadata = ["category", "context", "grade", "language", "source", "split", "task"]
    kinds = [("multi_choice", "text", None), ("free_form", "integer", None), ("free_form", "float", 1.0),
             ("free_form", "float", 2.0), ("free_form", "list", None), ("multi_choice", "text", None)]

    def mathvista(i, question, options):
        kind, answer_type, precision = kinds[i]
        choices = options if kind == "multi_choice" else None if i % 2 else []
        return {"pid": str(i + 1), "question": question, "image": f"images/{i}.jpg", "decoded_image": picture(i),
                "choices": choices, "unit": [None, "$", ""][i % 3], "precision": precision,
                "answer": options[0] if choices else "[1, 2]" if answer_type == "list" else "12",
                "question_type": kind, "answer_type": answer_type, "query": "unused",
                "metadata": {**{name: name for name in metadata}, "img_height": 10, "img_width": 20,
                             "skills": ["algebraic reasoning", "scientific reasoning"][: 1 + i % 2]}}

    table = Table(
        "AI4Math/MathVista/data/testmini-00000-of-00001-725687bf7a18d64b.parquet",
        {"pid": "string", "question": "string", "image": "string", "decoded_image": "image", "choices": ["string"],
         "unit": "string", "precision": "float64", "answer": "string", "question_type": "string",
         "answer_type": "string",
         "metadata": {**{name: "string" for name in metadata}, "img_height": "int64", "img_width": "int64",
                      "skills": ["string"]},
         "query": "string"},
        rows_of(mathvista))
    for name in ("mathvista", "mathvista_cot", "mathvista_solution"):
        yield name, table

    def mathverse(i, question, options):
        return {"sample_index": str(i), "problem_index": "7", "problem_version": "Vision Only", "question": question,
                "image": picture(i), "answer": "B" if i % 2 else "12", "metadata": {
                    "split": "testmini", "subject": "Plane Geometry", "subfield": "Angle"},
                "question_type": "multi-choice" if i % 2 else "free-form", "query_wo": question + "\n\n",
                "query_cot": "", "question_for_eval": question.strip() + " for eval"}

    for version in ("vision_intensive", "vision_dominant", "vision_only", "text_dominant", "text_lite"):
        yield "mathverse_" + version, Table(
            f"CaraJ/MathVerse-lmmseval/testmini_version_split/{version}-00000-of-00001.parquet",
            {"sample_index": "string", "problem_index": "string", "problem_version": "string", "question": "string",
             "image": "image", "answer": "string", "question_type": "string",
             "metadata": {"split": "string", "subject": "string", "subfield": "string"}, "query_wo": "string",
             "query_cot": "string", "question_for_eval": "string"},
            rows_of(mathverse))
    yield from mmmu()


def mmmu():
    marks = ["<image 1> ", "<image 2> and <image 1>: ", "", "<image 3> ", "<image 10", "<image 7><image 7> "]

    def row(i, question, options):
        options = [o + (" <image 2>" if i == 3 and k == 1 else "") for k, o in enumerate(options)]
        is_open = i in (1, 4)
        return {"id": f"validation_{['Art', 'Art_Theory', 'Math', 'Physics', 'Manage', 'History'][i]}_{i + 1}",
                "question": marks[i] + question, "options": "[]" if is_open else repr(options), "explanation": "",
                **{f"image_{k}": picture(i * 7 + k) if k <= 3 or i == 5 else None for k in range(1, 8)},
                "img_type": "['Diagrams']", "topic_difficulty": "Easy", "subfield": "s",
                "answer": ["A", "['24/7', '3.429']", "B", "B", "0.33", "A"][i],
                "question_type": "open" if is_open else "multiple-choice"}

    yield "mmmu", Table(
        "lmms-lab/MMMU/data/validation-00000-of-00001.parquet",
        {"id": "string", "question": "string", "options": "string", "explanation": "string",
         **{f"image_{k}": "image" for k in range(1, 8)}, "img_type": "string", "answer": "string",
         "topic_difficulty": "string", "question_type": "string", "subfield": "string"},
        rows_of(row))


def general():
    def mmbench(i, question, options):
        cells = dict(zip("ABCD", padded(options, 4, None if i % 2 else "nan")))
        return {"index": str(i // 2 + i % 2 * 1000000), "question": question, "hint": ["nan", None, "A hint."][i % 3],
                "answer": "AB"[i % 2], **cells, "category": "action_recognition", "image": picture(i), "source": "s",
                "L2-category": "finegrained_perception", "comment": "nan", "split": "dev"}

    names = ["index", "question", "hint", "answer", "A", "B", "C", "D", "category", "source", "L2-category",
             "comment", "split"]
    yield "mmbench", Table("lmms-lab/MMBench/en/dev-00000-of-00001.parquet",
                           {**{name: "string" for name in names}, "image": "image"}, rows_of(mmbench))
    yield "mme", Table(
        "lmms-lab/MME/data/test-00000-of-00001.parquet",
        {"question_id": "string", "image": "image", "question": "string", "answer": "string", "category": "string"},
        rows_of(lambda i, q, o: {"question_id": f"code_reasoning/{i // 2}.png", "image": picture(i // 2),
                                 "question": q + " Please answer yes or no.", "answer": ["Yes", "No"][i % 2],
                                 "category": "code_reasoning"}))
    yield "mmstar", Table(
        "Lin-Chen/MMStar/data/val-00000-of-00001.parquet",
        {"index": "int64", "question": "string", "image": "image", "answer": "string", "category": "string",
         "l2_category": "string", "meta_info": {"source": "string", "split": "string", "image_path": "string"}},
        rows_of(lambda i, q, o: {"index": i, "question": f"{q}\nOptions: A: {o[0]}, B: {o[1]}\n", "image": picture(i),
                                 "answer": letter(i, o), "category": "math", "l2_category": "geometry",
                                 "meta_info": {"source": "s", "split": "val", "image_path": "p"}}))

    def seedbench(i, question, options):
        kind = "video" if i % 2 else "image"
        return {"answer": letter(i, "ABCD"), **dict(zip(["choice_a", "choice_b", "choice_c", "choice_d"],
                                                        padded(options, 4, "none"))),
                "data_id": f"{i}_0", "data_type": kind, "question": question, "question_id": f"q{i}",
                "question_type_id": 1 + i, "segment": ["0", "1"], "image": pictures(i, 3 if i % 2 else 1)}

    def twice(rows):  # twelve rows, so that each of the two benchmarks has at least five
        return rows + [{**row, "question_id": row["question_id"] + "b"} for row in rows]

    columns = {"answer": "string", "choice_a": "string", "choice_b": "string", "choice_c": "string",
               "choice_d": "string", "data_id": "string", "data_type": "string", "question": "string",
               "question_id": "string", "question_type_id": "int64", "segment": ["string"], "image": ["image"]}
    table = Table("lmms-lab/SEED-Bench/data/test-00000-of-00001.parquet", columns, twice(rows_of(seedbench)))
    yield "seedbench_image", table
    yield "seedbench_video", table
    yield "realworldqa", Table(
        "lmms-lab/RealWorldQA/data/test-00000-of-00001.parquet",
        {"image": "image", "image_path": "string", "question": "string", "answer": "string"},
        rows_of(lambda i, q, o: {"image": picture(i), "image_path": "x", "question": f"{q}\nA. {o[0]}\nB. {o[1]}\n",
                                 "answer": ["A", "two", "3"][i % 3]}))


def judged():
    yield "llava_w", Table(
        "lmms-lab/llava-bench-in-the-wild/data/train-00000-of-00001.parquet",
        {"question_id": "int64", "question": "string", "image": "image", "category": "string", "caption": "string",
         "gpt_answer": "string"},
        rows_of(lambda i, q, o: {"question_id": i, "question": q, "image": picture(i), "caption": "A caption.",
                                 "category": ["conv", "detail", "complex"][i % 3], "gpt_answer": o[0]}))
    yield "wilder", Table(
        "lmms-lab/LLaVA-Bench-Wilder/data/test-00000-of-00001.parquet",
        {"question_id": "string", "Category": "string", "Question": "string", "Answer": "string", "image": "image"},
        rows_of(lambda i, q, o: {"question_id": str(i), "Category": "c", "Question": q, "Answer": o[0],
                                 "image": picture(i)}))
    yield "mmvet", Table(
        "lmms-lab/MMVet/data/test-00000-of-00001.parquet",
        {"question_id": "string", "image": "image", "question": "string", "answer": "string", "capability": "string"},
        rows_of(lambda i, q, o: {"question_id": f"v1_{i}", "image": picture(i), "question": q,
                                 "answer": "<AND>".join(o), "capability": ["ocr,math", "rec", "ocr, know,gen"][i % 3]}))
    yield "vibe_eval", Table(
        "RekaAI/VibeEval/data/test-00000-of-00001.parquet",
        {"example_id": "string", "category": "string", "prompt": "string", "reference": "string", "image": "image",
         "media_filename": "string", "media_url": "string"},
        rows_of(lambda i, q, o: {"example_id": f"e{i}", "category": ["difficulty-hard", "difficulty-normal"][i % 2],
                                 "prompt": q, "reference": o[0], "image": picture(i), "media_filename": "f",
                                 "media_url": "u"}))
    yield "livebench", Table(
        "lmms-lab/LiveBench/2024-06/test-00000-of-00001.parquet",
        {"id": "int64", "images": ["image"], "question": "string", "answer": "string", "criteria": "string",
         "subtask": "string"},
        rows_of(lambda i, q, o: {"id": i, "images": pictures(i, 1 + i % 3), "question": q, "answer": o[0],
                                 "criteria": "10: all of it", "subtask": "Basic Understanding"}))
    yield "imagedc", Table(
        "lmms-lab/DC100_EN/data/test-00000-of-00001.parquet",
        {"question_id": "string", "question": "string", "answer": "string", "image": "image"},
        rows_of(lambda i, q, o: {"question_id": str(i), "question": q, "answer": o[0], "image": picture(i)}))


def several_images():
    def marked(count, text):
        return " ".join(f"Image {k}: <image>" for k in range(count)) + " " + text

    def interleave(i, question, options):
        count = 1 + i % 4
        marks = 0 if i == 5 else count
        return {"sample_id": i, "sub_task": ["RAVEN", "WebQA", "BLINK"][i % 3], "question": marked(marks, question),
                "question_type": ["multi-choice", "open-ended"][i % 2], "answer": options[0],
                **{f"image_{k}": picture(i * 16 + k) if k < count else None for k in range(16)}}

    def turns(i, count):
        first = {"from": "human", "value": marked(count, QUESTIONS[i])}
        more = [{"from": "gpt", "value": OPTIONS[i][0]}, {"from": "human", "value": QUESTIONS[-1 - i]}]
        return [first] + more * (i % 3)

    def multi_view(i, question, options):
        row = interleave(i, question, options)
        del row["question"]
        return {**row, "conversations": turns(i, 1 + i % 4)}

    columns = {"sample_id": "int64", "sub_task": "string", "question_type": "string", "question": "string",
               "answer": "string", **{f"image_{k}": "image" for k in range(16)}}
    with_turns = {name: kind for name, kind in columns.items() if name != "question"}
    with_turns["conversations"] = [{"from": "string", "value": "string"}]
    base = "lmms-lab/LLaVA-NeXT-Interleave-Bench/"
    yield "interleave_in", Table(base + "in_domain/test-00000-of-00001.parquet", columns, rows_of(interleave))
    yield "interleave_out", Table(base + "out_of_domain/test-00000-of-00001.parquet", columns, rows_of(interleave))
    yield "interleave_multi_view", Table(base + "multi_view_in_domain/test-00000-of-00001.parquet", with_turns,
                                         rows_of(multi_view))
    yield "muirbench", Table(
        "MUIRBENCH/MUIRBENCH/data/test-00000-of-00001.parquet",
        {"idx": "string", "task": "string", "image_relation": "string", "image_type": "string", "question": "string",
         "options": ["string"], "answer": "string", "image_list": ["image"]},
        rows_of(lambda i, q, o: {"idx": f"m{i}", "task": "Counting", "image_relation": "Temporal", "image_type": "Map",
                                 "question": marked(0 if i == 5 else 2, q), "answer": letter(i, o),
                                 "options": [o[0]] + [x + ("<image>" if i == 2 else "") for x in o[1:]],
                                 "image_list": pictures(i, 2 + (len(o) - 1 if i == 2 else 0))}))
    yield "mantis", Table(
        "TIGER-Lab/Mantis-Eval/mantis_eval/test-00000-of-00001.parquet",
        {"id": "string", "question_type": "string", "question": "string", "images": ["image"], "options": ["string"],
         "answer": "string", "data_source": "string", "category": "string"},
        rows_of(lambda i, q, o: {"id": f"mantis_eval_{i}", "images": pictures(i, 1 + i % 3),
                                 "question_type": "short-answer" if i == 1 else "multi-choice", "question": q,
                                 "options": [f"({'ABCD'[k]}) {x}" for k, x in enumerate(o)],
                                 "answer": "cat" if i == 1 else ["A", "(B)", "B. dog"][i % 3], "data_source": "d",
                                 "category": "c"}))


TABLES = []  # (benchmark, table); a benchmark of several files has several entries
for theme in (documents, science, general, judged, several_images):
    TABLES += theme()
