"""Like benchmark_rows.py, for the benchmarks on videos: TABLES, the paths of their VIDEOS under the data folder, of
FRAMES (folders of pictures that stand for a video), and SUBTITLES by path.
"""

from benchmark_rows import Table, letter, padded, rows_of

LETTERED = [["A. cat", "B. it's", "C. 2", "D. \u4ec0\u4e48"], ['A. "a"', "B. 'b'", "C. c\\d", "D. e\nf"]]
VIDEOS, FRAMES, SUBTITLES = [], [], {}

SUBTITLE = """1
00:00:00,000 --> 00:00:00,800
<font color="white" size=".72c">First line
of two.</font>

2
00:00:00,700 --> 00:00:01,100
<font color="yellow">not shown</font>

3
00:00:01,000 --> 00:00:02,000
<font color="white" size=".72c">Second <b>\u4ec0\u4e48</b></font> <font color="white" size=".72c">more</font>

4
00:10:00,000 --> 00:10:01,000
<font color="white" size=".72c">After the end.</font>
"""


def video(folder, name, ending=".mp4"):
    VIDEOS.append(folder + name + ending)
    return name


def table(name, path, columns, make):
    return name, Table(path, columns, rows_of(make))


def texts(*names):
    return {name: "string" for name in names}


def videomme():
    columns = {**texts("video_id", "duration", "domain", "sub_category", "url", "videoID", "question_id", "task_type",
                       "question", "answer"), "options": ["string"]}

    def row(i, question, options):
        name = f"vid_{i // 2}"
        if i % 2 == 0:
            video("lmms-lab/Video-MME/data/", name)
        if i < 4:
            SUBTITLES[f"lmms-lab/Video-MME/subtitle/{name}.srt"] = SUBTITLE.replace("\n", "\r\n" if i < 2 else "\n")
        return {"video_id": "001", "duration": "short", "domain": "Knowledge", "sub_category": "Law", "url": "u",
                "videoID": name, "question_id": f"001-{i}", "task_type": "OCR Problems", "question": question,
                "options": LETTERED[i % 2], "answer": letter(i, "ABCD")}

    path = "lmms-lab/Video-MME/videomme/test-00000-of-00001.parquet"
    yield table("videomme", path, columns, row)
    yield "videomme_subtitles", Table(path, columns, rows_of(row))


def choices():
    yield table(
        "mlvu", "sy1998/MLVU_dev/data/test-00000-of-00001.parquet",
        texts("video_name", "question", "answer", "task_type"),
        lambda i, q, o: {"video_name": video("sy1998/MLVU_dev/video/", f"{i}.mp4", ""), "answer": letter(i, "ABCD"),
                         "question": f"{q}\n(A) {o[0]}\n(B) {o[1]}", "task_type": ["ego", "order"][i % 2]})
    yield table(
        "nextqa", "lmms-lab/NExTQA/MC/test-00000-of-00001.parquet",
        {**texts("question", "type", "a0", "a1", "a2", "a3", "a4"), "video": "int64", "qid": "int64",
         "answer": "int64", "frame_count": "int64", "width": "int64", "height": "int64"},
        lambda i, q, o: {"question": q, "type": "CW", "answer": i % 5, "qid": i, "frame_count": 5, "width": 5,
                         "height": 5, "video": int(video("nextqa/NExTVideo/", str(4010069381 + i))),
                         **dict(zip(["a0", "a1", "a2", "a3", "a4"], padded([o[0] + " ", *o[1:]], 5, " none")))})
    for name, subset in (("egoschema_subset", "Subset"), ("egoschema", "GENERATION")):
        yield table(
            name, f"lmms-lab/egoschema/{subset}/test-00000-of-00001.parquet",
            {**texts("question_idx", "question", "video_idx", "answer"), "option": ["string"]},
            lambda i, q, o: {"question_idx": str(i), "question": q, "video_idx": video("egoschema/videos/", f"ego{i}"),
                             "option": LETTERED[i % 2] + ["E. none"],
                             "answer": str(i % 5) if subset == "Subset" else [None, "None"][i % 2]})
    yield table(
        "perceptiontest", "lmms-lab/PerceptionTest_Val/mc_question_val/validation-00000-of-00001.parquet",
        {**texts("video_name", "question", "question_id", "answer_id", "area", "reasoning"), "options": ["string"],
         "tag": ["string"]},
        lambda i, q, o: {"video_name": video("lmms-lab/PerceptionTest_Val/videos/", f"video_{i}"), "question": q,
                         "question_id": str(i), "options": padded(o, 3, "none"), "answer_id": str(i % 3),
                         "area": "physics", "reasoning": "descriptive", "tag": ["motion", "collision"]})
    yield table(
        "longvideobench", "longvideobench/LongVideoBench/validation-00000-of-00001.parquet",
        {**texts("id", "video_path", "subtitle_path", "question", "option0", "option1", "option2", "option3",
                 "option4", "question_category"),
         "duration": "float64", "duration_group": "int64", "correct_choice": "int64",
         "starting_timestamp_for_subtitles": "float64"},
        lambda i, q, o: {"id": f"l{i}_0", "subtitle_path": "s.json", "question": q, "question_category": "T3E",
                         "video_path": video("longvideobench/LongVideoBench/videos/", f"l{i}.mp4", ""),
                         **dict(zip([f"option{k}" for k in range(5)], padded(o, 5, "N/A"))), "duration": 10.5,
                         "duration_group": 15, "correct_choice": i % 2, "starting_timestamp_for_subtitles": 0.0})


MVBENCH = {
    "object_interaction": "star/Charades_segment", "action_sequence": "star/Charades_segment",
    "action_prediction": "star/Charades_segment", "action_localization": "sta/sta_video_segment",
    "moving_count": "clevrer/video_validation", "moving_direction": "clevrer/video_validation",
    "moving_attribute": "clevrer/video_validation", "counterfactual_inference": "clevrer/video_validation",
    "object_existence": "clevrer/video_validation", "fine_grained_pose": "nturgbd_convert",
    "character_order": "perception/videos", "object_shuffle": "perception/videos",
    "state_change": "perception/videos", "action_count": "perception/videos", "egocentric_navigation": "vlnqa",
    "episodic_reasoning": "tvqa/video_fps3_hq_segment", "fine_grained_action": "Moments_in_Time_Raw/videos",
    "scene_transition": "scene_qa/video", "action_antonym": "ssv2_video_mp4",
    "unexpected_action": "FunQA_test/test"}


def mvbench():
    for task, folder in sorted(MVBENCH.items()):
        def row(i, question, options, task=task, folder=folder):
            name = f"{task}_{i}" + ("" if task == "episodic_reasoning" else ".mp4")
            (FRAMES if task == "episodic_reasoning" else VIDEOS).append(f"OpenGVLab/MVBench/video/{folder}/{name}")
            return {"video": name, "question": question, "candidates": options, "answer": options[i % len(options)],
                    "start": 1.5, "end": 2.5}

        _, made = table("mvbench", f"OpenGVLab/MVBench/json/{task}.json", {}, row)
        made.rows = made.rows if task == "action_antonym" else made.rows[:1]
        yield "mvbench", made


def tempcompass():
    def row(i, answer, question):
        return {"video_id": video("lmms-lab/TempCompass/videos/", f"t{i}"), "question": question, "answer": answer,
                "dim": ["speed", "order"][i % 2]}

    columns = texts("video_id", "question", "answer", "dim")
    base = "lmms-lab/TempCompass/"
    yield table("tempcompass_multi_choice", base + "multi-choice/test-00000-of-00001.parquet", columns,
                lambda i, q, o: row(i, "B. " + o[1].replace("\n", " "),
                                    "\n".join([q.replace("\n", " "), "A. " + o[0].replace("\n", " "),
                                               "B. " + o[1].replace("\n", " ")])))
    yield table("tempcompass_yes_no", base + "yes_no/test-00000-of-00001.parquet", columns,
                lambda i, q, o: row(i, ["yes", "no"][i % 2], q))
    yield table("tempcompass_caption_matching", base + "caption_matching/test-00000-of-00001.parquet", columns,
                lambda i, q, o: row(i, "Caption B: " + o[1], f"{q}\nCaption A: {o[0]}\nCaption B: {o[1]}"))


def open_questions():
    yield table(
        "activitynetqa", "lmms-lab/ActivityNetQA/data/test-00000-of-00001.parquet",
        texts("video_name", "question_id", "question", "answer", "type"),
        lambda i, q, o: {"video_name": video("activitynetqa/all_test/v_", f"act{i}", [".mp4", ".webm", ".mkv"][i % 3]),
                         "question_id": f"a{i}", "question": q, "answer": o[0], "type": str(i)})

    def described(i, question, options):
        return {"video_name": video("lmms-lab/VideoChatGPT/Test_Videos/", f"v_{i}"), "question": question,
                "answer": options[0], "question_1": "None", "question_2": "None"}

    columns = texts("video_name", "question_1", "question_2", "question", "answer")
    base = "lmms-lab/VideoChatGPT/"
    for aspect in ("correctness", "detail", "context"):
        yield table("videochatgpt_" + aspect, base + "Generic/test-00000-of-00001.parquet", columns, described)
    yield table("videochatgpt_temporal", base + "Temporal/test-00000-of-00001.parquet", columns, described)

    def pair(i, question, options):
        row = {**described(i // 2, "", options), "question": None, f"question_{1 + i % 2}": question}
        return row

    yield table("videochatgpt_consistency", base + "Consistency/test-00000-of-00001.parquet", columns, pair)
    yield table(
        "videodc", "lmms-lab/VideoDetailCaption/data/test-00000-of-00001.parquet",
        texts("video_name", "question", "answer"),
        lambda i, q, o: {"video_name": video("videochatgpt/Test_Videos/", f"d_{i}", [".mp4", ".mkv"][i % 2]),
                         "question": q, "answer": o[0]})


TABLES = [*videomme(), *choices(), *mvbench(), *tempcompass(), *open_questions()]
