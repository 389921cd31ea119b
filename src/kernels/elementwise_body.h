// Rows of RMSNorm, LayerNorm and rotary embedding for one instruction set; see elementwise_vec.h
// for how this file is included. A row's sum is always taken in the same order.

// f(x) summed over a row, in four interleaved partial sums of kLanes lanes.
template <class T>
OV_INLINE float sum_of_squares(const T* x, std::int64_t d, float center) {
  const Vec mean = splat(center);
  Vec sum[4] = {};
  std::int64_t i = 0;
  for (; i + 4 * kLanes <= d; i += 4 * kLanes) {
    for (int j = 0; j < 4; ++j) {
      const Vec v = load(x + i + j * kLanes) - mean;
      sum[j] += v * v;
    }
  }
  for (; i + kLanes <= d; i += kLanes) {
    const Vec v = load(x + i) - mean;
    sum[0] += v * v;
  }
  float total = 0;
  for (; i < d; ++i) {
    const float v = load_part(x + i, 1)[0] - center;
    total += v * v;
  }
  return total + sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

template <class T>
OV_INLINE float sum_of(const T* x, std::int64_t d) {
  Vec sum[4] = {};
  std::int64_t i = 0;
  for (; i + 4 * kLanes <= d; i += 4 * kLanes) {
    for (int j = 0; j < 4; ++j) sum[j] += load(x + i + j * kLanes);
  }
  for (; i + kLanes <= d; i += kLanes) sum[0] += load(x + i);
  if (i < d) sum[1] += load_part(x + i, d - i);
  return sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

template <class T>
OV_TARGET void rms_norm_rows_of(T* y, const T* x, const T* weight, std::int64_t m, std::int64_t d, float eps) {
  for (std::int64_t row = 0; row < m; ++row, x += d, y += d) {
    const float scale = 1.0f / std::sqrt(sum_of_squares(x, d, 0.0f) / static_cast<float>(d) + eps);
    std::int64_t i = 0;
    for (; i + kLanes <= d; i += kLanes) store(y + i, rounded_to<T>(load(x + i) * scale) * load(weight + i));
    if (i < d) {
      const Vec v = rounded_to<T>(load_part(x + i, d - i) * scale) * load_part(weight + i, d - i);
      store_part(y + i, v, d - i);
    }
  }
}

template <class T>
OV_TARGET void layer_norm_rows_of(T* y, const T* x, const T* weight, const T* bias, std::int64_t m, std::int64_t d,
                                  float eps) {
  for (std::int64_t row = 0; row < m; ++row, x += d, y += d) {
    const float mean = sum_of(x, d) / static_cast<float>(d);
    const float scale = 1.0f / std::sqrt(sum_of_squares(x, d, mean) / static_cast<float>(d) + eps);
    std::int64_t i = 0;
    for (; i + kLanes <= d; i += kLanes) {
      store(y + i, (load(x + i) - mean) * scale * load(weight + i) + load(bias + i));
    }
    if (i < d) {
      const std::int64_t rest = d - i;
      const Vec centered = load_part(x + i, rest) - mean;
      store_part(y + i, centered * scale * load_part(weight + i, rest) + load_part(bias + i, rest), rest);
    }
  }
}

// a' = a cos - b sin, b' = b cos + a sin, every product rounded to T before the sum, as PyTorch's
// q * cos + rotate_half(q) * sin does.
template <class T>
OV_INLINE void turn(Vec& a, Vec& b, Vec cos, Vec sin) {
  const Vec a_cos = rounded_to<T>(a * cos);
  const Vec b_sin = rounded_to<T>(b * sin);
  const Vec b_cos = rounded_to<T>(b * cos);
  const Vec a_sin = rounded_to<T>(a * sin);
  a = a_cos - b_sin;
  b = b_cos + a_sin;
}

// One row (position) of `heads` heads of size 2 * half.
template <class T>
OV_TARGET void rope_row_of(T* x, std::int64_t heads, std::int64_t half, const float* cos, const float* sin) {
  for (std::int64_t head = 0; head < heads; ++head, x += 2 * half) {
    std::int64_t i = 0;
    for (; i + kLanes <= half; i += kLanes) {
      Vec a = load(x + i);
      Vec b = load(x + half + i);
      turn<T>(a, b, load(cos + i), load(sin + i));
      store(x + i, a);
      store(x + half + i, b);
    }
    if (i < half) {
      const std::int64_t rest = half - i;
      Vec a = load_part(x + i, rest);
      Vec b = load_part(x + half + i, rest);
      turn<T>(a, b, load_part(cos + i, rest), load_part(sin + i, rest));
      store_part(x + i, a, rest);
      store_part(x + half + i, b, rest);
    }
  }
}

void rms_norm_rows(float* y, const float* x, const float* weight, std::int64_t m, std::int64_t d, float eps) {
  rms_norm_rows_of(y, x, weight, m, d, eps);
}
void rms_norm_rows(bf16* y, const bf16* x, const bf16* weight, std::int64_t m, std::int64_t d, float eps) {
  rms_norm_rows_of(y, x, weight, m, d, eps);
}
void layer_norm_rows(float* y, const float* x, const float* weight, const float* bias, std::int64_t m, std::int64_t d,
                     float eps) {
  layer_norm_rows_of(y, x, weight, bias, m, d, eps);
}
void layer_norm_rows(bf16* y, const bf16* x, const bf16* weight, const bf16* bias, std::int64_t m, std::int64_t d,
                     float eps) {
  layer_norm_rows_of(y, x, weight, bias, m, d, eps);
}
void rope_row(float* x, std::int64_t heads, std::int64_t half, const float* cos, const float* sin) {
  rope_row_of(x, heads, half, cos, sin);
}
void rope_row(bf16* x, std::int64_t heads, std::int64_t half, const float* cos, const float* sin) {
  rope_row_of(x, heads, half, cos, sin);
}
