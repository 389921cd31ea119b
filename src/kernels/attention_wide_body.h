// Attention in float32 arithmetic for one instruction set, rows of float or bfloat16; see
// elementwise_vec.h for how this file is included and attention.h for the scheme.
//
// Wide works on scores transposed, S^T[keys, rows]: a lane is a query row. So greatest scores,
// sums and rescaling need no sideways steps, keys and values are used as they lie (one element
// broadcast to all lanes), and no row can touch another.

constexpr int kTileRows = 2 * kLanes;          // rows of one tile: two vectors
constexpr int kUnroll = kLanes == 16 ? 8 : 6;  // keys or value elements in registers at a time
constexpr std::int64_t kKeyBlock = 96;         // keys per block; part of the result's definition
static_assert(kKeyBlock % kUnroll == 0);

struct WideScratch {
  float* queries;   // [tiles, e, kTileRows]
  float* sums;      // [tiles, value_size, kTileRows]
  float* greatest;  // [tiles, kTileRows], in powers of two
  float* weights;   // [tiles, kTileRows], sums of exp2
  float* keys;      // [kKeyBlock, e]
  float* values;    // [kKeyBlock, value_size]
  float* scores;    // [kKeyBlock, kTileRows]
  std::int64_t value_size;
};

OV_INLINE WideScratch take_wide_scratch(std::int64_t tiles, std::int64_t e) {
  WideScratch s;
  s.value_size = (e + kUnroll - 1) / kUnroll * kUnroll;
  const std::size_t sizes[] = {
      static_cast<std::size_t>(tiles * e * kTileRows), static_cast<std::size_t>(tiles * s.value_size * kTileRows),
      static_cast<std::size_t>(tiles * kTileRows),     static_cast<std::size_t>(tiles * kTileRows),
      static_cast<std::size_t>(kKeyBlock * e),         static_cast<std::size_t>(kKeyBlock * s.value_size),
      static_cast<std::size_t>(kKeyBlock * kTileRows)};
  float** const pieces[] = {&s.queries, &s.sums, &s.greatest, &s.weights, &s.keys, &s.values, &s.scores};
  std::size_t bytes = 0;
  for (const std::size_t size : sizes) bytes += Scratch::padded(size * sizeof(float));
  Scratch& scratch = thread_scratch();
  scratch.reserve(bytes);
  for (int i = 0; i < 7; ++i) *pieces[i] = scratch.take<float>(sizes[i]);
  return s;
}

template <class T>
OV_INLINE float as_float(T value) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return value;
  } else {
    const std::uint32_t bits = static_cast<std::uint32_t>(value) << 16;
    float wide;
    std::memcpy(&wide, &bits, sizeof wide);
    return wide;
  }
}

template <class T>
OV_INLINE T from_float(float value) {
  T narrow;
  store_part(&narrow, splat(value), 1);
  return narrow;
}

// One row of e elements as floats, then zeros up to `size`.
template <class T>
OV_INLINE void copy_row(float* to, const T* from, std::int64_t e, std::int64_t size) {
  std::int64_t i = 0;
  for (; i + kLanes <= e; i += kLanes) store(to + i, load(from + i));
  for (; i < e; ++i) to[i] = as_float(from[i]);
  for (; i < size; ++i) to[i] = 0;
}

// A weight of zero does not hide a NaN or infinity: such values are packed as zeros, and
// mark_poisoned() answers for the rows that do see them. Returns whether there were any.
OV_INLINE bool clear_non_finite(float* row, std::int64_t size) {
  bool found = false;
  for (std::int64_t i = 0; i < size; ++i) {
    if (std::isfinite(row[i])) continue;
    row[i] = 0;
    found = true;
  }
  return found;
}

template <class T>
OV_TARGET void pack_queries(const AttentionTask<T>& task, std::int64_t kv_head, std::int64_t first_row,
                            std::int64_t end_row, const WideScratch& s) {
  const std::int64_t e = task.args.e;
  const std::int64_t rows = (end_row - first_row + kTileRows - 1) / kTileRows * kTileRows;
  for (std::int64_t r = 0; r < rows; ++r) {
    float* to = s.queries + r / kTileRows * e * kTileRows + r % kTileRows;
    if (first_row + r < end_row) {
      const T* from = task.query(kv_head, first_row + r);
      for (std::int64_t i = 0; i < e; ++i) to[i * kTileRows] = as_float(from[i]);
    } else {
      for (std::int64_t i = 0; i < e; ++i) to[i * kTileRows] = 0;
    }
    s.greatest[r] = -std::numeric_limits<float>::infinity();
    s.weights[r] = 0;
  }
  std::fill_n(s.sums, rows * s.value_size, 0.0f);
}

// Copies up to kKeyBlock keys and values from position `first`, zeros after `count`.
template <class T>
OV_TARGET void pack_keys(const AttentionTask<T>& task, std::int64_t kv_head, std::int64_t first, std::int64_t count,
                         const WideScratch& s, std::vector<std::int64_t>& poisoned) {
  const std::int64_t e = task.args.e;
  for (std::int64_t i = 0; i < count; ++i) {
    copy_row(s.keys + i * e, task.key(kv_head, first + i), e, e);
    float* value = s.values + i * s.value_size;
    copy_row(value, task.value(kv_head, first + i), e, s.value_size);
    Vec check = {};
    std::int64_t x = 0;
    for (; x + kLanes <= e; x += kLanes) check += load(value + x) * 0.0f;
    if (x < e) check += load_part(value + x, e - x) * 0.0f;
    if (sum_lanes(check) != 0.0f && clear_non_finite(value, e)) poisoned.push_back(first + i);
  }
  std::fill(s.keys + count * e, s.keys + kKeyBlock * e, 0.0f);
  std::fill(s.values + count * s.value_size, s.values + kKeyBlock * s.value_size, 0.0f);
}

// scores[keys, rows] = keys . queries^T for one tile.
OV_TARGET void score_tile(float* scores, const float* keys, const float* queries, std::int64_t count, std::int64_t e) {
  for (std::int64_t key = 0; key < count; key += kUnroll) {
    const float* k = keys + key * e;
    Vec sum[kUnroll][2] = {};
    for (std::int64_t i = 0; i < e; ++i) {
      const Vec q0 = load(queries + i * kTileRows);
      const Vec q1 = load(queries + i * kTileRows + kLanes);
#pragma GCC unroll 8
      for (int j = 0; j < kUnroll; ++j) {
        sum[j][0] += q0 * k[j * e + i];
        sum[j][1] += q1 * k[j * e + i];
      }
    }
#pragma GCC unroll 8
    for (int j = 0; j < kUnroll; ++j) {
      store(scores + (key + j) * kTileRows, sum[j][0]);
      store(scores + (key + j) * kTileRows + kLanes, sum[j][1]);
    }
  }
}

// Scores of keys past a lane's limit become -inf, whose weight is exactly 0.
template <class T>
OV_INLINE void mask_scores(const AttentionTask<T>& task, float* scores, std::int64_t row, std::int64_t first_key,
                           std::int64_t count) {
  for (std::int64_t key = std::max<std::int64_t>(0, task.limit(row) - first_key); key < count; ++key) {
    for (int lane = 0; lane < kTileRows; ++lane) {
      if (first_key + key >= task.limit(row + lane)) {
        scores[key * kTileRows + lane] = -std::numeric_limits<float>::infinity();
      }
    }
  }
}

// Turns one vector of rows' scores into weights and returns the factor for what was summed before.
OV_INLINE Vec weigh(float* scores, std::int64_t count, float scale, float* greatest, float* weights) {
  Vec top = load(scores);
  for (std::int64_t key = 1; key < count; ++key) top = max_of(load(scores + key * kTileRows), top);
  const Vec before = load(greatest);
  const Vec now = max_of(top * scale, before);
  const Vec keep = exp2_of(before - now);
  Vec sum = {};
  for (std::int64_t key = 0; key < count; ++key) {
    const Vec p = exp2_of(load(scores + key * kTileRows) * scale - now);
    sum += p;
    store(scores + key * kTileRows, p);
  }
  store(greatest, now);
  store(weights, load(weights) * keep + sum);
  return keep;
}

// sums[elements, rows] = sums * keep + values^T . weights.
OV_TARGET void add_values(float* sums, const float* values, const float* weights, std::int64_t count,
                          std::int64_t value_size, Vec keep0, Vec keep1) {
  for (std::int64_t x = 0; x < value_size; x += kUnroll) {
    Vec sum[kUnroll][2] = {};
    for (std::int64_t key = 0; key < count; ++key) {
      const float* v = values + key * value_size + x;
      const Vec p0 = load(weights + key * kTileRows);
      const Vec p1 = load(weights + key * kTileRows + kLanes);
#pragma GCC unroll 8
      for (int j = 0; j < kUnroll; ++j) {
        sum[j][0] += p0 * v[j];
        sum[j][1] += p1 * v[j];
      }
    }
    float* to = sums + x * kTileRows;
#pragma GCC unroll 8
    for (int j = 0; j < kUnroll; ++j, to += kTileRows) {
      store(to, load(to) * keep0 + sum[j][0]);
      store(to + kLanes, load(to + kLanes) * keep1 + sum[j][1]);
    }
  }
}

template <class T>
OV_TARGET void write_rows(const AttentionTask<T>& task, std::int64_t kv_head, std::int64_t first_row,
                          std::int64_t end_row, const WideScratch& s) {
  for (std::int64_t r = 0; r < end_row - first_row; ++r) {
    T* out = task.result(kv_head, first_row + r);
    const float* from = s.sums + r / kTileRows * s.value_size * kTileRows + r % kTileRows;
    const float scale = 1.0f / s.weights[r];
    // Adding zero makes -0 and 0 one result, however many keys of weight 0 were added.
    for (std::int64_t i = 0; i < task.args.e; ++i) out[i] = from_float<T>(from[i * kTileRows] * scale + 0.0f);
  }
}

template <class T>
OV_TARGET void attend_wide_of(const AttentionTask<T>& task, std::int64_t kv_head, std::int64_t first_row,
                              std::int64_t end_row) {
  const std::int64_t e = task.args.e, tiles = (end_row - first_row + kTileRows - 1) / kTileRows;
  const WideScratch s = take_wide_scratch(tiles, e);
  pack_queries(task, kv_head, first_row, end_row, s);
  std::vector<std::int64_t> poisoned;
  const std::int64_t end_key = task.limit(end_row - 1);
  for (std::int64_t first_key = 0; first_key < end_key; first_key += kKeyBlock) {
    pack_keys(task, kv_head, first_key, std::min(kKeyBlock, end_key - first_key), s, poisoned);
    for (std::int64_t tile = 0; tile < tiles; ++tile) {
      const std::int64_t row = first_row + tile * kTileRows;
      const std::int64_t last = std::min(end_row, row + kTileRows) - 1;
      const std::int64_t count = std::min(kKeyBlock, task.limit(last) - first_key);
      if (count <= 0) continue;
      score_tile(s.scores, s.keys, s.queries + tile * e * kTileRows, count, e);
      mask_scores(task, s.scores, row, first_key, count);
      float* greatest = s.greatest + tile * kTileRows;
      float* weights = s.weights + tile * kTileRows;
      const float scale = task.log2_scale;
      const Vec keep0 = weigh(s.scores, count, scale, greatest, weights);
      const Vec keep1 = weigh(s.scores + kLanes, count, scale, greatest + kLanes, weights + kLanes);
      add_values(s.sums + tile * s.value_size * kTileRows, s.values, s.scores, count, s.value_size, keep0, keep1);
    }
  }
  write_rows(task, kv_head, first_row, end_row, s);
  mark_poisoned(task, kv_head, first_row, end_row, poisoned);
}

void attend_wide(const AttentionTask<float>& task, std::int64_t kv_head, std::int64_t first_row, std::int64_t end_row) {
  attend_wide_of(task, kv_head, first_row, end_row);
}
void attend_wide(const AttentionTask<bf16>& task, std::int64_t kv_head, std::int64_t first_row, std::int64_t end_row) {
  attend_wide_of(task, kv_head, first_row, end_row);
}
