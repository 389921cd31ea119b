# shellcheck shell=bash
# The small model from nothing: draws its data, trains it and its ablations, and asks all held-out questions.
# Sourced by ./run. Each part is passed over when its result is there already, so the command goes on after any stop.
#   ./run nano [--out runs/nano] [--device cuda] [--recipes recipes/nano] [options of onevision train]
#
# OUT/<stage>, metrics.jsonl, ...   the run, as `onevision train` writes it
# OUT/ablations/<name>              models that were trained or changed for a comparison
# OUT/eval/heldout/<model>          `onevision eval` of each stage and ablation; OUT/eval/handwritten/<stage> likewise
# OUT.parts.jsonl                   a line for each part that ran: its seconds and the machine

OV_PROGRAM=${OV_PROGRAM:-build/onevision}

machine_name() {
  local model
  model=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -1)
  printf '%s, %d cores' "${model:-$(uname -m)}" "$(nproc)"
}

# Runs a command, says how long it took and notes that in OUT.parts.jsonl.
timed() { # out part command...
  local out=$1 part=$2 begin=$SECONDS
  shift 2
  say "$part"
  "$@" || fail "$part failed (the message is above); the same command goes on from here"
  mkdir -p "$(dirname "$out")"
  printf '{"part": "%s", "seconds": %d, "machine": "%s", "device": "%s"}\n' \
    "$part" $((SECONDS - begin)) "$(machine_name)" "$device" >>"$out.parts.jsonl"
  say "$part: done in $((SECONDS - begin)) s"
}

# `onevision synth` makes the folder as a whole or not at all. A folder that was drawn from another recipe is refused.
draw() { # out folder recipe seed
  local folder=$2 recipe=$3 stamp
  stamp=$(sha256sum <"$recipe")
  if compgen -G "$folder/*.jsonl" >/dev/null; then
    [[ ! -f $folder/.stamp || $(<"$folder/.stamp") == "$stamp" ]] ||
      fail "$folder was drawn before $recipe changed; remove the folder to draw it again"
    return 0
  fi
  timed "$1" "synth $(basename "$recipe" .yaml)" "$OV_PROGRAM" synth "$folder" --recipe "$recipe" --seed "$4"
  printf '%s\n' "$stamp" >"$folder/.stamp"
}

stages_of() { # run
  sed -n 's/^{"stage":"\([^"]*\)".*/\1/p' "$1/metrics.jsonl" | uniq
}

# A run whose recipe.yaml is there goes on, one that is finished ends at once.
train_run() { # part recipe run [options]
  local part=$1 recipe=$2 run=$3 resume=()
  shift 3
  [[ -f $run/recipe.yaml ]] && resume=(--resume)
  timed "$out" "$part" "$OV_PROGRAM" train "$recipe" --out "$run" --device "$device" "${resume[@]}" "$@"
}

score() { "$OV_PROGRAM" eval "$@" >/dev/null; }  # its table lies in table.md too

# Passed over when the answers are newer than the model and the tasks.
evaluate() { # task_file model results [options]
  local tasks=$1 model=$2 results=$3 resume=()
  shift 3
  if [[ $results/results.json -nt $model/config.json && $results/results.json -nt $tasks ]]; then
    return 0
  fi
  if [[ $model/config.json -nt $results/run.json ]]; then
    rm -rf "$results"  # answers of weights that are there no longer
  else
    resume=(--resume)
  fi
  timed "$out" "eval ${results#"$out/eval/"}" score --task-file "$tasks" --model "$model" \
    --out "$results" --device "$device" --batch-size 16 "${resume[@]}" "$@"
}

# The last stage's model, but a single picture is one padded tile, as several pictures are.
make_single_tile() { # model folder
  [[ $2/config.json -nt $1/config.json ]] && return 0
  rm -rf "$2"
  mkdir -p "$(dirname "$2")"
  cp -r "$1" "$2.partial-copy"
  sed -i 's/"image_aspect_ratio": "[^"]*"/"image_aspect_ratio": "pad"/' "$2.partial-copy/config.json"
  mv "$2.partial-copy" "$2"
}

nano_ablations() { # recipes [options of train]
  local recipes=$1 last
  shift
  if [[ -f $recipes/without_stage1_5.yaml ]]; then
    train_run "train without_stage1_5" "$recipes/without_stage1_5.yaml" "$out/ablations/without_stage1_5" \
      --set model.folder="$(realpath "$out/stage1")" "$@"
    evaluate "$recipes/heldout.yaml" "$out/ablations/without_stage1_5/single_image" "$out/eval/heldout/without_stage1_5"
  fi
  last=$(stages_of "$out" | tail -1)
  make_single_tile "$out/$last" "$out/ablations/single_tile"
  evaluate "$recipes/heldout.yaml" "$out/ablations/single_tile" "$out/eval/heldout/single_tile" --tasks small,line,page
}

nano() {
  local out=runs/nano device=cpu recipes=recipes/nano options=() stage stages begin=$SECONDS
  while (($#)); do
    case $1 in
      --out | --device | --recipes)
        (($# > 1)) || fail "nano: $1 needs a value"
        local "${1#--}=$2"
        shift ;;
      *) options+=("$1") ;;
    esac
    shift
  done
  build_program
  assets
  draw "$out" "$recipes/data" "$recipes/data.yaml" 7
  draw "$out" "$recipes/data/heldout" "$recipes/heldout_data.yaml" 11
  train_run train "$recipes/recipe.yaml" "$out" "${options[@]}"
  mapfile -t stages < <(stages_of "$out")
  for stage in "${stages[@]}"; do
    evaluate "$recipes/heldout.yaml" "$out/$stage" "$out/eval/heldout/$stage"
    if [[ -f $recipes/handwritten/tasks.yaml ]]; then
      evaluate "$recipes/handwritten/tasks.yaml" "$out/$stage" "$out/eval/handwritten/$stage"
    fi
  done
  nano_ablations "$recipes" "${options[@]}"
  say "$out is complete, $((SECONDS - begin)) s this time; ./run results --run $out writes docs/results-nano.md"
}
