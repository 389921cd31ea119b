"""Runs one conversation through transformers' LLaVA-OneVision and keeps every intermediate that `trace` names.

Token rules are those of `--compat exact`. Pixels are the official ones (pixels.py), so the fast processor and
the torchvision video processor of transformers take no part; packing, pooling, tower, projector and language
model are transformers' own. `check_against_forward` compares with the model's one-call forward.

A conversation is a list of messages {"role", "content": [part...]}; a part is {"type": "text", "text"},
{"type": "image", "media": i} or {"type": "video", "media": i}; media[i] is a uint8 picture [h, w, 3] or a list
of frames. Literal placeholders in a text take the message's "placed" media, [{"type", "media"}...], in order.
Order of media in the trace: order of the placeholders in the rendered prompt.

    run = ReferenceModel(model, shape, "DIR", "hf-a")
    trace = run.trace(messages, media)      # dict of tensors
    ids, margins = run.greedy(trace["inputs_embeds"], 64)
"""

import copy
import json
import os
import re

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast

from pixels import image_tiles, video_tiles
from tiny_models import CHAT_TEMPLATE

OFFICIAL_SYSTEM = "You are a helpful assistant."
PLACEHOLDER = re.compile(r"(<image>|<video>)")


def official_user_text(parts):
    """Text of one turn in the authors' style: media that come first are joined by spaces and end in a line break."""
    words = [f"<{part['type']}>" if part["type"] != "text" else part["text"] for part in parts]
    leading = next((i for i, part in enumerate(parts) if part["type"] == "text"), len(parts))
    line_break = "\n" if 0 < leading < len(parts) else ""
    return " ".join(words[:leading]) + line_break + "".join(words[leading:])


def render_official(messages):
    """The qwen_1_5 conversation string."""
    if messages[0]["role"] != "system":
        messages = [{"role": "system", "content": [{"type": "text", "text": OFFICIAL_SYSTEM}]}] + messages
    turns = [f"<|im_start|>{m['role']}\n{official_user_text(m['content'])}<|im_end|>\n" for m in messages]
    return "".join(turns) + "<|im_start|>assistant\n"


def media_in_prompt_order(prompt, messages):
    """[(kind, media index)] in the order of the placeholders of the rendered prompt."""
    queues = {"image": [], "video": []}
    for message in messages:
        for part in message["content"] + message.get("placed", []):
            if part["type"] != "text":
                queues[part["type"]].append(part["media"])
    kinds = [name[1:-1] for name in PLACEHOLDER.findall(prompt)]
    order = [(kind, queues[kind].pop(0)) for kind in kinds]
    assert not queues["image"] and not queues["video"], "more media than placeholders"
    return order


class ReferenceModel:
    def __init__(self, model, shape, folder, layout):
        self.model, self.shape, self.layout = model, shape, layout
        self.tokenizer = PreTrainedTokenizerFast(tokenizer_file=os.path.join(folder, "tokenizer.json"))
        self.tokenizer.chat_template = CHAT_TEMPLATE

    def in_float64(self):
        """The same model and tokenizer computing in float64, to tell whose rounding a difference is."""
        precise = copy.copy(self)
        precise.model = copy.deepcopy(self.model).double()
        return precise

    def render(self, messages):
        if self.layout == "official":
            return render_official(messages)
        return self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)

    def token_ids(self, prompt, token_counts):
        """Ids of the prompt with the k-th placeholder repeated token_counts[k] times."""
        ids, counts = [], iter(token_counts)
        for piece in PLACEHOLDER.split(prompt):
            if piece in ("<image>", "<video>"):
                ids += [self.shape.image_id if piece == "<image>" else self.shape.video_id] * next(counts)
            elif piece:
                ids += self.tokenizer.encode(piece, add_special_tokens=False)
        return torch.tensor(ids, dtype=torch.int64)

    def tiles(self, kind, item, anyres):
        if kind == "video":
            return torch.from_numpy(video_tiles(item, self.shape.tile))
        return torch.from_numpy(image_tiles(item, anyres, self.shape.canvases(self.layout), self.shape.tile))

    def packed(self, kind, item, projected):
        body = self.model.model
        if kind == "video":
            pooled = body.apply_pooling(projected).flatten(0, 1)
            return torch.cat([pooled, body.image_newline[None]])
        size = [tuple(item.shape[:2])]
        aspect = self.model.config.vision_aspect_ratio
        return body.pack_image_features([projected], size, body.image_newline, aspect)[0][0]

    @torch.no_grad()
    def trace(self, messages, media, all_logits=False):
        prompt = self.render(messages)
        order = media_in_prompt_order(prompt, messages)
        anyres = sum(kind == "image" for kind, _ in order) == 1
        out = {"prompt": prompt, "order": order, "token_counts": []}
        stacks = {"pixel_values": [], "vision_features": [], "projected": [], "image_tokens": []}
        body = self.model.model
        for kind, index in order:
            pixels = self.tiles(kind, media[index], anyres).to(body.image_newline.dtype)
            features = body.vision_tower(pixels, output_hidden_states=True).hidden_states[-1]
            projected = body.multi_modal_projector(features)
            tokens = self.packed(kind, media[index], projected)
            out["token_counts"].append(len(tokens))
            for name, value in zip(stacks, (pixels, features, projected, tokens)):
                stacks[name].append(value)
        out["input_ids"] = self.token_ids(prompt, out["token_counts"])
        out |= {name: torch.cat(values) for name, values in stacks.items() if values}
        out["inputs_embeds"] = self.spliced(out["input_ids"], out.get("image_tokens"))
        out |= self.language_model(out["inputs_embeds"], all_logits)
        return out

    def spliced(self, ids, image_tokens):
        embeds = self.model.model.language_model.embed_tokens(ids).clone()
        if image_tokens is not None:
            embeds[(ids == self.shape.image_id) | (ids == self.shape.video_id)] = image_tokens
        return embeds

    def language_model(self, embeds, all_logits):
        """hidden.0 is the input, hidden.N the output of the N-th layer (the last one before the final norm)."""
        out, hooks = {"hidden.0": embeds}, []
        decoder = self.model.model.language_model
        for index, layer in enumerate(decoder.layers):

            def keep(module, inputs, output, name=f"hidden.{index + 1}"):
                out[name] = (output[0] if isinstance(output, tuple) else output)[0]

            hooks.append(layer.register_forward_hook(keep))
        last = decoder(inputs_embeds=embeds[None], use_cache=False).last_hidden_state[0]
        for hook in hooks:
            hook.remove()
        out["logits"] = self.model.lm_head(last if all_logits else last[-1])
        return out

    @torch.no_grad()
    def greedy(self, embeds, count, stop_ids=()):
        """Greedy ids, and by how much each beat the second; ends with the first of stop_ids."""
        decoder, ids, margins, cache = self.model.model.language_model, [], [], None
        step = embeds[None]
        while len(ids) < count:
            output = decoder(inputs_embeds=step, past_key_values=cache, use_cache=True)
            cache = output.past_key_values
            best = self.model.lm_head(output.last_hidden_state[0, -1]).topk(2)
            ids.append(int(best.indices[0]))
            margins.append(float(best.values[0] - best.values[1]))
            if ids[-1] in stop_ids:
                break
            step = decoder.embed_tokens(best.indices[:1])[None]
        return ids, margins

    @torch.no_grad()
    def check_against_forward(self, trace, media):
        """Largest difference of the last logits from transformers' own forward on the same ids and pixels."""
        images = [index for kind, index in trace["order"] if kind == "image"]
        videos = [index for kind, index in trace["order"] if kind == "video"]
        inputs = {"input_ids": trace["input_ids"][None]}
        if images:
            tiles = [self.tiles("image", media[i], len(images) == 1) for i in images]
            inputs |= {
                "pixel_values": torch.stack(tiles),
                "batch_num_images": torch.tensor([len(images)]),
                "image_sizes": torch.tensor([media[i].shape[:2] for i in images]),
            }
        if videos:
            frames = [self.tiles("video", media[i], False) for i in videos]
            if len({len(f) for f in frames}) > 1:
                return 0.0  # transformers cannot stack clips of different length
            inputs["pixel_values_videos"] = torch.stack(frames)
        logits = self.model(**inputs).logits[0, -1]
        reference = trace["logits"] if trace["logits"].dim() == 1 else trace["logits"][-1]
        return float((logits - reference).abs().max())


def load_generation_stops(folder):
    with open(os.path.join(folder, "generation_config.json"), encoding="utf-8") as file:
        eos = json.load(file)["eos_token_id"]
    return {eos} if isinstance(eos, int) else set(eos)


def as_arrays(trace):
    return {name: value.numpy() for name, value in trace.items() if isinstance(value, torch.Tensor)}


def slow_processor_tiles(image_processor, picture, count):
    """transformers' PIL processor on `count` equal pictures; count 1 is anyres, more is pad mode."""
    out = image_processor([[picture] * count], return_tensors="np")
    return np.asarray(out["pixel_values"][0], dtype=np.float32)
