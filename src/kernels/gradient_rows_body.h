// Rows of the backward passes for one instruction set; see elementwise_vec.h for how this file is
// included. A row's sums are always taken in the same order.

// Statements over a row: `whole` for kLanes elements from i on, `part` for the `rest` that are left.
#define OV_EACH_VECTOR(count, whole, part)             \
  std::int64_t i = 0;                                  \
  for (; i + kLanes <= (count); i += kLanes) {         \
    whole;                                             \
  }                                                    \
  if (const std::int64_t rest = (count)-i; rest > 0) { \
    part;                                              \
  }

OV_INLINE Vec exp_of(Vec x) {
  const Vec t = x * 1.44269504088896341f;
  return exp2_of(t > 126.0f ? splat(126.0f) : t);
}
OV_INLINE Vec sigmoid_of(Vec x) { return 1.0f / (1.0f + exp_of(-x)); }

// 0.5 x (1 + tanh(u)) = x sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3).
OV_INLINE Vec gelu_tanh_of(Vec x) { return x * sigmoid_of(x * (1.59576912f + 0.0713548162726f * x * x)); }
// 1 - s is taken as e s, which keeps its precision where s is nearly 1.
OV_INLINE Vec gelu_tanh_slope(Vec x) {
  const Vec e = exp_of(-x * (1.59576912f + 0.0713548162726f * x * x)), s = 1.0f / (1.0f + e);
  return s + x * s * (e * s) * (1.59576912f + 3.0f * 0.0713548162726f * x * x);
}
// Exact GELU: x Phi(x). Only the projector has it, so erf and exp are the C library's.
OV_INLINE Vec gelu_erf_of(Vec x) {
  Vec y;
  for (int i = 0; i < kLanes; ++i) y[i] = 0.5f * x[i] * (1.0f + ::erff(x[i] * 0.70710678f));
  return y;
}
OV_INLINE Vec gelu_erf_slope(Vec x) {
  Vec y;
  for (int i = 0; i < kLanes; ++i) {
    y[i] = 0.5f * (1.0f + ::erff(x[i] * 0.70710678f)) + x[i] * 0.398942280f * ::expf(-0.5f * x[i] * x[i]);
  }
  return y;
}

template <class T, class F>
OV_INLINE void map_row(T* y, const T* x, std::int64_t count, F f) {
  OV_EACH_VECTOR(count, store(y + i, f(load(x + i))), store_part(y + i, f(load_part(x + i, rest)), rest))
}
template <class T, class F>
OV_INLINE void map_row(T* y, const T* a, const T* b, std::int64_t count, F f) {
  OV_EACH_VECTOR(count, store(y + i, f(load(a + i), load(b + i))),
                 store_part(y + i, f(load_part(a + i, rest), load_part(b + i, rest)), rest))
}

template <class T>
OV_TARGET void activate_row_of(T* y, const T* x, std::int64_t count, Activation activation) {
  if (activation == Activation::gelu_tanh) {
    map_row(y, x, count, [](Vec v) { return gelu_tanh_of(v); });
  } else {
    map_row(y, x, count, [](Vec v) { return gelu_erf_of(v); });
  }
}

template <class T>
OV_TARGET void activate_gradient_row_of(T* dx, const T* dy, const T* x, std::int64_t count, Activation activation) {
  if (activation == Activation::gelu_tanh) {
    map_row(dx, dy, x, count, [](Vec g, Vec v) { return g * gelu_tanh_slope(v); });
  } else {
    map_row(dx, dy, x, count, [](Vec g, Vec v) { return g * gelu_erf_slope(v); });
  }
}

template <class T>
OV_TARGET void silu_product_row_of(T* y, const T* gate, const T* up, std::int64_t count) {
  map_row(y, gate, up, count, [](Vec g, Vec u) { return rounded_to<T>(g * sigmoid_of(g)) * u; });
}

template <class T>
OV_TARGET void silu_product_gradient_row_of(T* dgate, T* dup, const T* dy, const T* gate, const T* up,
                                            std::int64_t count) {
  const auto both = [](Vec d, Vec g, Vec u, Vec& dg, Vec& du) {
    const Vec s = sigmoid_of(g);
    du = d * g * s;
    dg = d * u * s * (1.0f + g * (1.0f - s));
  };
  Vec dg, du;
  OV_EACH_VECTOR(count, both(load(dy + i), load(gate + i), load(up + i), dg, du); store(dgate + i, dg);
                 store(dup + i, du),
                 both(load_part(dy + i, rest), load_part(gate + i, rest), load_part(up + i, rest), dg, du);
                 store_part(dgate + i, dg, rest); store_part(dup + i, du, rest))
}

// With n = (x - mean) * scale and g = dy * weight: dx = scale * (g - mean(g) - n * mean(g * n)); RMSNorm
// has no means to subtract.
template <class T>
OV_TARGET void norm_gradient_row_of(T* dx, float* mean_out, float* scale_out, const T* dy, const T* x, const T* weight,
                                    std::int64_t d, float eps, bool centred) {
  const float inverse = 1.0f / static_cast<float>(d);
  Vec sum = {}, squares = {};
  if (centred) {
    OV_EACH_VECTOR(d, sum += load(x + i), sum += load_part(x + i, rest))
  }
  const float mean = centred ? sum_lanes(sum) * inverse : 0.0f;
  const auto centre = [mean](Vec v) { return v - mean; };
  {
    OV_EACH_VECTOR(
        d, const Vec v = centre(load(x + i)); squares += v * v, for (std::int64_t j = 0; j < rest; ++j) {
          const float v = load_part(x + i + j, 1)[0] - mean;
          squares[0] += v * v;
        })
  }
  const float scale = 1.0f / ::sqrtf(sum_lanes(squares) * inverse + eps);
  Vec sum_g = {}, sum_gn = {};
  {
    OV_EACH_VECTOR(d, const Vec g = load(dy + i) * load(weight + i); sum_g += g;
                   sum_gn += g * centre(load(x + i)) * scale,
                   const Vec g = load_part(dy + i, rest) * load_part(weight + i, rest);
                   sum_g += g; sum_gn += g * centre(load_part(x + i, rest)) * scale)
  }
  const float mean_g = centred ? sum_lanes(sum_g) * inverse : 0.0f, mean_gn = sum_lanes(sum_gn) * inverse;
  {OV_EACH_VECTOR(
      d, store(dx + i, (load(dy + i) * load(weight + i) - mean_g - centre(load(x + i)) * scale * mean_gn) * scale),
      store_part(dx + i,
                 (load_part(dy + i, rest) * load_part(weight + i, rest) - mean_g -
                  centre(load_part(x + i, rest)) * scale * mean_gn) *
                     scale,
                 rest))}* mean_out = mean;
  *scale_out = scale;
}

template <class T>
OV_TARGET void add_column_row_of(float* sums, const T* dy, const T* x, float mean, float scale, std::int64_t count) {
  if (x == nullptr) {
    OV_EACH_VECTOR(count, store(sums + i, load(sums + i) + load(dy + i)),
                   store_part(sums + i, load_part(sums + i, rest) + load_part(dy + i, rest), rest))
  } else {
    OV_EACH_VECTOR(
        count, store(sums + i, load(sums + i) + load(dy + i) * ((load(x + i) - mean) * scale)),
        store_part(sums + i,
                   load_part(sums + i, rest) + load_part(dy + i, rest) * ((load_part(x + i, rest) - mean) * scale),
                   rest))
  }
}

OV_INLINE float row_max(const float* s, std::int64_t count) {
  Vec most = splat(-INFINITY);
  OV_EACH_VECTOR(
      count, most = max_of(most, load(s + i)),
      for (std::int64_t j = 0; j < rest; ++j) { most[0] = s[i + j] > most[0] ? s[i + j] : most[0]; })
  float result = most[0];
  for (int lane = 1; lane < kLanes; ++lane) result = most[lane] > result ? most[lane] : result;
  return result;
}

// s = 2^((s - most) * log2_scale); returns the sum.
OV_INLINE float exponentials(float* s, std::int64_t count, float most, float log2_scale) {
  Vec sum = {};
  float last = 0;
  OV_EACH_VECTOR(count, const Vec e = exp2_of((load(s + i) - most) * log2_scale); store(s + i, e);
                 sum += e, const Vec e = exp2_of((load_part(s + i, rest) - most) * log2_scale);
                 store_part(s + i, e, rest); for (std::int64_t j = 0; j < rest; ++j) last += s[i + j])
  return sum_lanes(sum) + last;
}

template <class T>
OV_TARGET void softmax_row_of(float* s, T* p, std::int64_t seen, std::int64_t count, float scale) {
  const float sum = exponentials(s, seen, row_max(s, seen), scale * 1.44269504088896341f);
  const float inverse = 1.0f / sum;
  {
    OV_EACH_VECTOR(seen, const Vec v = load(s + i) * inverse; store(s + i, v);
                   store(p + i, v), const Vec v = load_part(s + i, rest) * inverse; store_part(s + i, v, rest);
                   store_part(p + i, v, rest))
  }
  std::memset(s + seen, 0, static_cast<std::size_t>(count - seen) * sizeof(float));
  std::memset(p + seen, 0, static_cast<std::size_t>(count - seen) * sizeof(T));
}

template <class T>
OV_TARGET void softmax_gradient_row_of(T* ds, const float* p, const float* dp, std::int64_t count, float scale) {
  Vec sum = {};
  { OV_EACH_VECTOR(count, sum += load(p + i) * load(dp + i), sum += load_part(p + i, rest) * load_part(dp + i, rest)) }
  const float dot = sum_lanes(sum);
  OV_EACH_VECTOR(count, store(ds + i, load(p + i) * (load(dp + i) - dot) * scale),
                 store_part(ds + i, load_part(p + i, rest) * (load_part(dp + i, rest) - dot) * scale, rest))
}

template <class T>
OV_TARGET void store_row_of(T* to, const float* from, std::int64_t count) {
  OV_EACH_VECTOR(count, store(to + i, load(from + i)), store_part(to + i, load_part(from + i, rest), rest))
}

template <class T>
OV_TARGET double squares_row_of(const T* x, std::int64_t count) {
  double lanes[kLanes] = {};
  constexpr std::int64_t kShort = 64 * kLanes;  // sums of so few squares keep float's precision
  for (std::int64_t from = 0; from < count; from += kShort) {
    Vec sum = {};
    const std::int64_t length = count - from < kShort ? count - from : kShort;
    const T* part = x + from;
    OV_EACH_VECTOR(length, const Vec v = load(part + i); sum += v * v, const Vec v = load_part(part + i, rest);
                   sum += v * v)
    for (int j = 0; j < kLanes; ++j) lanes[j] += sum[j];
  }
  double total = 0;
  for (const double lane : lanes) total += lane;
  return total;
}

OV_TARGET void add_row(float* to, const float* from, std::int64_t count){
    OV_EACH_VECTOR(count, store(to + i, load(to + i) + load(from + i)),
                   store_part(to + i, load_part(to + i, rest) + load_part(from + i, rest), rest))}

OV_TARGET float cross_entropy_row(float* logits, std::int64_t target, float weight, std::int64_t v) {
  const float most = row_max(logits, v), aim = logits[target];
  const float sum = exponentials(logits, v, most, 1.44269504088896341f);
  const float factor = weight / sum;
  OV_EACH_VECTOR(v, store(logits + i, load(logits + i) * factor),
                 store_part(logits + i, load_part(logits + i, rest) * factor, rest))
  logits[target] -= weight;
  return ::logf(sum) + (most - aim);  // the large parts cancel first
}

#define OV_DEFINE_GRADIENT_ROWS(T)                                                                                   \
  void activate_row(T* y, const T* x, std::int64_t count, Activation activation) {                                   \
    activate_row_of(y, x, count, activation);                                                                        \
  }                                                                                                                  \
  void activate_gradient_row(T* dx, const T* dy, const T* x, std::int64_t count, Activation activation) {            \
    activate_gradient_row_of(dx, dy, x, count, activation);                                                          \
  }                                                                                                                  \
  void silu_product_row(T* y, const T* gate, const T* up, std::int64_t count) {                                      \
    silu_product_row_of(y, gate, up, count);                                                                         \
  }                                                                                                                  \
  void silu_product_gradient_row(T* dgate, T* dup, const T* dy, const T* gate, const T* up, std::int64_t count) {    \
    silu_product_gradient_row_of(dgate, dup, dy, gate, up, count);                                                   \
  }                                                                                                                  \
  void norm_gradient_row(T* dx, float* mean, float* scale, const T* dy, const T* x, const T* weight, std::int64_t d, \
                         float eps, bool centred) {                                                                  \
    norm_gradient_row_of(dx, mean, scale, dy, x, weight, d, eps, centred);                                           \
  }                                                                                                                  \
  void add_column_row(float* sums, const T* dy, const T* x, float mean, float scale, std::int64_t count) {           \
    add_column_row_of(sums, dy, x, mean, scale, count);                                                              \
  }                                                                                                                  \
  void softmax_row(float* s, T* p, std::int64_t seen, std::int64_t count, float scale) {                             \
    softmax_row_of(s, p, seen, count, scale);                                                                        \
  }                                                                                                                  \
  void softmax_gradient_row(T* ds, const float* p, const float* dp, std::int64_t count, float scale) {               \
    softmax_gradient_row_of(ds, p, dp, count, scale);                                                                \
  }                                                                                                                  \
  void store_row(T* to, const float* from, std::int64_t count) { store_row_of(to, from, count); }                    \
  double squares_row(const T* x, std::int64_t count) { return squares_row_of(x, count); }

OV_DEFINE_GRADIENT_ROWS(float)
OV_DEFINE_GRADIENT_ROWS(bf16)
#undef OV_DEFINE_GRADIENT_ROWS
#undef OV_EACH_VECTOR
