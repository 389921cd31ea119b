#include "checkpoint/verify.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/finite.h"
#include "checkpoint/info.h"
#include "checkpoint/tokenizer_files.h"
#include "config/generation_config.h"
#include "config/preprocessor_config.h"

namespace ov {
namespace {

// Runs one check; what it throws becomes its verdict. Faults of this program and Ctrl-C pass through.
void run_check(VerifyReport& report, const std::string& name, const std::function<std::string()>& check) {
  try {
    report.checks.push_back({name, true, check()});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::internal || error.kind() == ErrorKind::interrupted) throw;
    report.checks.push_back({name, false, error.what()});
  }
}

// The first few names of a list, and how many there are.
std::string some_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 5); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return text + (names.size() > 5 ? ", ... (" + std::to_string(names.size()) + " tensors)" : "");
}

std::string check_values(const Checkpoint& checkpoint, VerifyReport& report, const Progress& progress) {
  std::vector<std::string> spoiled, empty;
  std::uint64_t done = 0;
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    const ValueCounts counts = scan_values(tensor);
    checkpoint.release(tensor);
    report.not_finite += counts.not_finite;
    if (counts.not_finite > 0) spoiled.push_back(name);
    if (counts.all_zero && tensor.shape.size() > 1) empty.push_back(name);
    done += tensor.bytes.size();
    if (progress) progress(done, report.bytes);
  }
  if (!spoiled.empty()) {
    throw Error(ErrorKind::format, grouped_digits(report.not_finite) + " values are infinite or NaN, in " +
                                       some_of(spoiled) + "; a damaged file, or training that diverged");
  }
  if (!empty.empty()) {
    throw Error(ErrorKind::format,
                "nothing but zeros in " + some_of(empty) + "; a download that stopped? Get it again");
  }
  return grouped_digits(report.parameters) + " values, all finite";
}

std::string check_tokenizer(const Checkpoint& checkpoint) {
  const ModelConfig& config = checkpoint.config();
  const TokenizerIds ids = read_tokenizer_ids(checkpoint.folder());
  if (ids.next_free > config.text.vocab_size) {
    throw Error(ErrorKind::format, "token ids go up to " + std::to_string(ids.next_free - 1) + ", the vocabulary has " +
                                       std::to_string(config.text.vocab_size) +
                                       " rows; the tokenizer of another model?");
  }
  for (const auto& [token, id] : {std::pair<const char*, std::int64_t>{"<image>", config.image_token_id},
                                  std::pair<const char*, std::int64_t>{"<video>", config.video_token_id}}) {
    const auto found = ids.added.find(token);
    const bool needed = config.layout == Layout::hf;
    if (found == ids.added.end() && !needed) continue;
    if (found == ids.added.end() || found->second != id) {
      throw Error(ErrorKind::format, std::string(token) + " should be token " + std::to_string(id) +
                                         " (config.json), found " +
                                         (found == ids.added.end() ? "none" : std::to_string(found->second)));
    }
  }
  return std::to_string(ids.next_free) + " ids for " + std::to_string(config.text.vocab_size) + " rows";
}

std::string check_generation(const Checkpoint& checkpoint) {
  const GenerationConfig wanted = read_generation_config(checkpoint.folder(), checkpoint.config());
  if (!wanted.has_eos) {
    throw Error(ErrorKind::format,
                "neither generation_config.json nor config.json has an eos_token_id; answers would "
                "never end");
  }
  for (const std::int64_t id : wanted.eos_token_ids) {
    if (id >= checkpoint.config().text.vocab_size) {
      throw Error(ErrorKind::format, "eos_token_id " + std::to_string(id) + " lies beyond the vocabulary");
    }
  }
  return std::to_string(wanted.eos_token_ids.size()) + " stop token(s), " + (wanted.do_sample ? "sampled" : "greedy") +
         (wanted.from_file ? "" : ", no generation_config.json");
}

std::string check_pixels(const Checkpoint& checkpoint) {
  const bool from_file = read_preprocessor_config(checkpoint.folder(), checkpoint.config()).from_file;
  if (!from_file && checkpoint.config().layout == Layout::hf) {
    throw Error(ErrorKind::input, checkpoint.folder() + ": no preprocessor_config.json; an incomplete download?");
  }
  return from_file ? "preprocessor_config.json" : "SigLIP's own normalisation";
}

}  // namespace

VerifyReport verify_checkpoint(const std::string& folder, const Progress& progress) {
  VerifyReport report;
  report.folder = folder;
  std::unique_ptr<Checkpoint> checkpoint;
  run_check(report, "weights", [&] {
    checkpoint = std::make_unique<Checkpoint>(Checkpoint::open(folder));
    report.tensors = static_cast<std::int64_t>(checkpoint->tensors().size());
    for (const auto& [name, tensor] : checkpoint->tensors()) report.parameters += tensor.num_elements();
    report.bytes = checkpoint->weight_bytes();
    return std::to_string(report.tensors) + " tensors in " + std::to_string(checkpoint->shards().files.size()) +
           " file(s), names and shapes as config.json says";
  });
  if (!checkpoint) return report;
  run_check(report, "tokenizer", [&] { return check_tokenizer(*checkpoint); });
  run_check(report, "generation", [&] { return check_generation(*checkpoint); });
  run_check(report, "pixels", [&] { return check_pixels(*checkpoint); });
  run_check(report, "values", [&] { return check_values(*checkpoint, report, progress); });
  return report;
}

bool VerifyReport::ok() const {
  return std::all_of(checks.begin(), checks.end(), [](const VerifyCheck& check) { return check.ok; });
}

Json VerifyReport::json() const {
  Json list = Json::array();
  for (const VerifyCheck& check : checks) {
    list.push_back({{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}});
  }
  return {
      {"folder", folder},         {"ok", ok()},    {"tensors", tensors}, {"parameters", parameters}, {"bytes", bytes},
      {"not_finite", not_finite}, {"checks", list}};
}

std::string VerifyReport::text() const {
  std::string lines;
  for (const VerifyCheck& check : checks) {
    lines +=
        (check.ok ? "ok    " : "FAIL  ") + check.name + std::string(12 - check.name.size(), ' ') + check.detail + "\n";
  }
  return lines;
}

}  // namespace ov
