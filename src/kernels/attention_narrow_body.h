// Attention for one position at a time (decoding), in float32 arithmetic, for one instruction set;
// see elementwise_vec.h for how this file is included. Reads every key and value once per group of
// query heads: a lane is an element of the head for both products, and a key for the softmax.

constexpr std::int64_t kHeadsAtOnce = 8;

struct NarrowScratch {
  float* queries;  // [group, size]
  float* scores;   // [group, kNarrowSplit]
  float* sums;     // [group, kLanes keys, kLanes partial sums]
  std::int64_t size;
};

OV_INLINE NarrowScratch take_narrow_scratch(std::int64_t group, std::int64_t e) {
  NarrowScratch s;
  s.size = (e + kLanes - 1) / kLanes * kLanes;
  const std::size_t sizes[] = {static_cast<std::size_t>(group * s.size), static_cast<std::size_t>(group * kNarrowSplit),
                               static_cast<std::size_t>(group * kLanes * kLanes)};
  Scratch& scratch = thread_scratch();
  scratch.reserve(Scratch::padded(sizes[0] * 4) + Scratch::padded(sizes[1] * 4) + Scratch::padded(sizes[2] * 4));
  s.queries = scratch.take<float>(sizes[0]);
  s.scores = scratch.take<float>(sizes[1]);
  s.sums = scratch.take<float>(sizes[2]);
  return s;
}

// a0 + a1, a2 + a3, ..., then the same of b.
template <int... kLane>
OV_INLINE Vec add_neighbours(Vec a, Vec b, std::integer_sequence<int, kLane...>) {
  return __builtin_shufflevector(a, b, (2 * kLane)...) + __builtin_shufflevector(a, b, (2 * kLane + 1)...);
}

// Lane i of the result is the sum of the kLanes floats at from + i * kLanes.
OV_INLINE Vec sum_rows(const float* from) {
  Vec row[kLanes];
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) row[i] = load(from + i * kLanes);
#pragma GCC unroll 4
  for (int width = kLanes; width > 1; width /= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < width / 2; ++i) {
      row[i] = add_neighbours(row[2 * i], row[2 * i + 1], std::make_integer_sequence<int, kLanes>());
    }
  }
  return row[0];
}

// Partial sums of the products of one key with kHeads queries.
template <int kHeads, class T>
OV_INLINE void dot_key(float* sums, const T* key, const float* queries, std::int64_t e, std::int64_t size) {
  Vec sum[kHeads] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= e; i += kLanes) {
    const Vec k = load(key + i);
#pragma GCC unroll 8
    for (int h = 0; h < kHeads; ++h) sum[h] += k * load(queries + h * size + i);
  }
  if (i < e) {
    const Vec k = load_part(key + i, e - i);
#pragma GCC unroll 8
    for (int h = 0; h < kHeads; ++h) sum[h] += k * load(queries + h * size + i);
  }
#pragma GCC unroll 8
  for (int h = 0; h < kHeads; ++h) store(sums + h * kLanes * kLanes, sum[h]);
}

// sums[heads, e] = weights[heads, keys] . values, kVectors vectors of elements from `first` on.
template <int kHeads, int kVectors, class T>
OV_INLINE void add_value_part(float* sums, std::int64_t part_size, const T* value, std::int64_t stride,
                              const float* weights, std::int64_t count, std::int64_t first, std::int64_t rest) {
  Vec sum[kHeads][kVectors] = {};
  for (std::int64_t key = 0; key < count; ++key) {
    Vec v[kVectors];
    if (rest == 0) {
#pragma GCC unroll 2
      for (int j = 0; j < kVectors; ++j) v[j] = load(value + key * stride + first + j * kLanes);
    } else {
      v[0] = load_part(value + key * stride + first, rest);
    }
#pragma GCC unroll 8
    for (int h = 0; h < kHeads; ++h) {
      const float p = weights[h * kNarrowSplit + key];
#pragma GCC unroll 2
      for (int j = 0; j < kVectors; ++j) sum[h][j] += v[j] * p;
    }
  }
#pragma GCC unroll 8
  for (int h = 0; h < kHeads; ++h) {
    float* to = sums + h * part_size + first;
    if (rest == 0) {
#pragma GCC unroll 2
      for (int j = 0; j < kVectors; ++j) store(to + j * kLanes, sum[h][j]);
    } else {
      store_part(to, sum[h][0], rest);
    }
  }
}

template <int kHeads, class T>
OV_TARGET void score_split(const AttentionTask<T>& task, const NarrowSplit& split, const NarrowScratch& s,
                           std::int64_t first_head) {
  const std::int64_t e = task.args.e, count = split.end_key - split.first_key;
  for (std::int64_t key = 0; key < count; key += kLanes) {
    const std::int64_t here = std::min<std::int64_t>(kLanes, count - key);
    for (std::int64_t j = 0; j < here; ++j) {
      const T* at = task.key(split.kv_head, split.first_key + key + j);
      dot_key<kHeads>(s.sums + j * kLanes, at, s.queries + first_head * s.size, e, s.size);
    }
    for (int h = 0; h < kHeads; ++h) {
      store(s.scores + (first_head + h) * kNarrowSplit + key, sum_rows(s.sums + h * kLanes * kLanes));
    }
  }
}

template <int kHeads, class T>
OV_TARGET void sum_split(const AttentionTask<T>& task, const NarrowSplit& split, const NarrowScratch& s,
                         std::int64_t first_head, float* part) {
  const std::int64_t e = task.args.e, count = split.end_key - split.first_key, part_size = narrow_part_size(e);
  const T* value = task.value(split.kv_head, split.first_key);
  const float* weights = s.scores + first_head * kNarrowSplit;
  float* sums = part + first_head * part_size;
  std::int64_t i = 0;
  for (; i + 2 * kLanes <= e; i += 2 * kLanes) {
    add_value_part<kHeads, 2>(sums, part_size, value, task.args.v_stride, weights, count, i, 0);
  }
  for (; i + kLanes <= e; i += kLanes) {
    add_value_part<kHeads, 1>(sums, part_size, value, task.args.v_stride, weights, count, i, 0);
  }
  if (i < e) add_value_part<kHeads, 1>(sums, part_size, value, task.args.v_stride, weights, count, i, e - i);
}

// Scores of one head to weights; also writes the greatest score and the sum of weights.
OV_INLINE void weigh_split(float* scores, std::int64_t count, float scale, float* greatest, float* weight) {
  const float none = -std::numeric_limits<float>::infinity();
  for (std::int64_t key = count; key < (count + kLanes - 1) / kLanes * kLanes; ++key) scores[key] = none;
  Vec top = splat(none);
  for (std::int64_t key = 0; key < count; key += kLanes) top = max_of(load(scores + key), top);
  float most = none;
  for (int lane = 0; lane < kLanes; ++lane) most = std::max(most, top[lane]);
  most *= scale;
  Vec sum = {};
  for (std::int64_t key = 0; key < count; key += kLanes) {
    const Vec p = exp2_of(load(scores + key) * scale - most);
    sum += p;
    store(scores + key, p);
  }
  *greatest = most;
  *weight = sum_lanes(sum);
}

template <int kHeads, class T>
OV_INLINE void attend_heads(const AttentionTask<T>& task, const NarrowSplit& split, const NarrowScratch& s,
                            std::int64_t first_head, float* part) {
  score_split<kHeads>(task, split, s, first_head);
  for (std::int64_t head = first_head; head < first_head + kHeads; ++head) {
    float* tail = part + head * narrow_part_size(task.args.e) + task.args.e;
    const std::int64_t count = split.end_key - split.first_key;
    weigh_split(s.scores + head * kNarrowSplit, count, task.log2_scale, tail, tail + 1);
  }
  sum_split<kHeads>(task, split, s, first_head, part);
}

template <class T>
OV_TARGET void attend_narrow_of(const AttentionTask<T>& task, const NarrowSplit& split, float* part) {
  const NarrowScratch s = take_narrow_scratch(task.group, task.args.e);
  for (std::int64_t h = 0; h < task.group; ++h) {
    copy_row(s.queries + h * s.size, task.query(split.kv_head, split.position * task.group + h), task.args.e, s.size);
  }
  std::int64_t head = 0;
  for (; head + 8 <= task.group; head += 8) attend_heads<8>(task, split, s, head, part);
  switch (task.group - head) {
    case 7: attend_heads<7>(task, split, s, head, part); break;
    case 6: attend_heads<6>(task, split, s, head, part); break;
    case 5: attend_heads<5>(task, split, s, head, part); break;
    case 4: attend_heads<4>(task, split, s, head, part); break;
    case 3: attend_heads<3>(task, split, s, head, part); break;
    case 2: attend_heads<2>(task, split, s, head, part); break;
    case 1: attend_heads<1>(task, split, s, head, part); break;
    default: break;
  }
}

template <class T>
OV_TARGET void combine_narrow_of(T* out, const float* parts, std::int64_t part_stride, std::int64_t num_parts,
                                 std::int64_t e) {
  float most = parts[e];
  for (std::int64_t i = 1; i < num_parts; ++i) most = std::max(most, parts[i * part_stride + e]);
  float weight = 0;
  for (std::int64_t i = 0; i < num_parts; ++i) {
    const float* part = parts + i * part_stride;
    weight += exp2_of(splat(part[e] - most))[0] * part[e + 1];
  }
  for (std::int64_t x = 0; x < e; x += kLanes) {
    const std::int64_t here = std::min<std::int64_t>(kLanes, e - x);
    Vec sum = {};
    for (std::int64_t i = 0; i < num_parts; ++i) {
      const float* part = parts + i * part_stride;
      sum += load_part(part + x, here) * exp2_of(splat(part[e] - most))[0];
    }
    store_part(out + x, sum / weight, here);
  }
}

void attend_narrow(const AttentionTask<float>& task, const NarrowSplit& split, float* part) {
  attend_narrow_of(task, split, part);
}
void attend_narrow(const AttentionTask<bf16>& task, const NarrowSplit& split, float* part) {
  attend_narrow_of(task, split, part);
}
void combine_narrow(float* out, const float* parts, std::int64_t part_stride, std::int64_t num_parts, std::int64_t e) {
  combine_narrow_of(out, parts, part_stride, num_parts, e);
}
void combine_narrow(bf16* out, const float* parts, std::int64_t part_stride, std::int64_t num_parts, std::int64_t e) {
  combine_narrow_of(out, parts, part_stride, num_parts, e);
}
