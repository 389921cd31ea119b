// The parts of report.html; report.cpp puts them into the page.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/answers.h"
#include "report/mixture_shares.h"
#include "report/run_summary.h"

namespace ov {

// Tiles with the sums of the run, and a table with those of its stages.
std::string totals_section(std::span<const StepMetrics> steps);
std::string stages_table(const std::vector<StageSteps>& stages);

// Loss and learning rates of each stage; then gradient norm, speed, utilisation and memory of the whole run.
std::string stage_curves(const std::vector<StageSteps>& stages);
std::string run_curves(const std::vector<StageSteps>& stages, std::span<const StepMetrics> steps);

// Bars of the data sets of each stage.
std::string mixture_section(const std::vector<MixtureShare>& shares);

// One card per question: its picture and what the model answered over time.
std::string answers_section(const std::vector<SampleAnswer>& answers);

}  // namespace ov
