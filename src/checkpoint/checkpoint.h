// A checkpoint folder, opened: its configuration and views of all its tensors under one set of names,
// whatever layout they are stored in (the table is in names.h). Weights stay in the mapped files.
//
//   const Checkpoint checkpoint = Checkpoint::open(folder);
//   const TensorView& head = checkpoint.tensor("lm_head.weight");
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "checkpoint/names.h"
#include "checkpoint/shards.h"
#include "config/model_config.h"

namespace ov {

class Checkpoint {
 public:
  // Reads config.json and the headers of the weight files, nothing else. Throws input for missing
  // files; format when anything is malformed, and one error that lists every tensor that is missing,
  // unexpected or of another shape than config.json asks for. A vocabulary with more rows than
  // config.json says is accepted (rows may be padded), one with fewer is not; a stored lm_head must
  // equal the embedding when they are tied.
  static Checkpoint open(const std::string& folder);

  // text.vocab_size is the number of rows stored.
  const ModelConfig& config() const { return config_; }
  const std::string& folder() const { return folder_; }
  NameVariant variant() const { return variant_; }
  const Shards& shards() const { return shards_; }

  // By canonical name: all that expected_tensors() lists, the optional ones only where stored.
  const std::map<std::string, TensorView>& tensors() const { return tensors_; }
  const TensorView& tensor(const std::string& name) const;  // throws internal when absent
  bool has(const std::string& name) const { return tensors_.contains(name); }
  // Stored and known, but of no use: extra tower layers, position numbers, a tied head.
  const std::vector<TensorView>& ignored() const { return ignored_; }

  std::uint64_t weight_bytes() const;  // of tensors()
  // Lets the pages of a tensor go after its weights were copied elsewhere.
  void release(const TensorView& tensor) const;

 private:
  Checkpoint() = default;
  void name_tensors();
  void adopt_vocabulary();
  void check_tensors();
  void check_tied_head();

  std::string folder_;
  ModelConfig config_;
  Shards shards_;
  NameVariant variant_ = NameVariant::official;
  std::map<std::string, TensorView> tensors_;
  std::vector<TensorView> ignored_;
};

}  // namespace ov
