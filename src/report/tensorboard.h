// Scalars for TensorBoard: an event file of TFRecords (length, masked CRC-32C, protocol buffer Event).
// Sources: the TFRecord format of TensorFlow's documentation, event.proto and summary.proto of TensorBoard.
//
//   TensorBoardFile events(out + "/tensorboard", global_step + 1);
//   events.add(metrics, ++global_step);
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/run_log.h"

namespace ov {

// CRC-32C (Castagnoli), RFC 3720 appendix B.4.
std::uint32_t crc32c(std::string_view bytes);

class TensorBoardFile {
 public:
  using Scalars = std::vector<std::pair<std::string, double>>;

  // Makes the folder and a new event file in it, whose name sorts after those that are there. TensorBoard drops what
  // older files have at `first_step` and later. Throws resource when it cannot be made.
  TensorBoardFile(const std::string& folder, std::int64_t first_step);
  ~TensorBoardFile();
  TensorBoardFile(const TensorBoardFile&) = delete;
  TensorBoardFile& operator=(const TensorBoardFile&) = delete;

  // One event each, written at once. `global_step` counts the optimizer steps of all stages, from 1.
  void add(const StepMetrics& metrics, std::int64_t global_step);
  void add_scalars(const Scalars& scalars, std::int64_t global_step);
  const std::string& path() const { return path_; }

 private:
  void write_event(std::int64_t step, std::string_view content);

  std::string path_;
  int file_ = -1;
};

// loss, lr/vision, lr/projector, lr/newline, lr/language, grad_norm, tokens_per_s, samples_per_s, utilisation,
// mfu (where known) and memory_gib.
TensorBoardFile::Scalars scalars(const StepMetrics& metrics);

}  // namespace ov
