// An exponential moving average that starts at the first value instead of at zero, as loss curves are shown.
//
//   Smoothed loss(0.95);
//   for (double value : values) line.push_back(loss.add(value));
#pragma once

#include <cmath>

namespace ov {

class Smoothed {
 public:
  explicit Smoothed(double keep) : keep_(keep) {}

  // The average with `value`; values that are not finite do not count.
  double add(double value) {
    if (std::isfinite(value)) {
      sum_ = keep_ * sum_ + (1 - keep_) * value;
      weight_ = keep_ * weight_ + (1 - keep_);
    }
    return get();
  }
  double get() const { return weight_ > 0 ? sum_ / weight_ : 0; }  // 0 before the first value
  double weight() const { return weight_; }                        // how much the average rests on: grows from 0 to 1

 private:
  double keep_;
  double sum_ = 0;
  double weight_ = 0;
};

}  // namespace ov
