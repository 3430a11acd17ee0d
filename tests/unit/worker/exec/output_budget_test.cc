#include "worker/exec/output_budget.h"

#include <gtest/gtest.h>

namespace longwire::exec {
namespace {

using Verdict = OutputBudget::Verdict;

TEST(OutputBudget, AfterTheFirstLineThatDoesNotFitNoneDoes) {
    OutputBudget budget(10);
    EXPECT_EQ(budget.take(6), Verdict::pass);
    EXPECT_EQ(budget.take(5), Verdict::first_drop);
    EXPECT_EQ(budget.take(1), Verdict::drop);
    EXPECT_EQ(budget.lines(), 1u);
    EXPECT_EQ(budget.bytes(), 6u);
    EXPECT_EQ(budget.dropped_lines(), 2u);
    EXPECT_EQ(budget.dropped_bytes(), 6u);
}

TEST(OutputBudget, MayBeFilledToTheBrim) {
    OutputBudget budget(10);
    EXPECT_EQ(budget.take(10), Verdict::pass);
    EXPECT_EQ(budget.take(0), Verdict::pass);
}

}  // namespace
}  // namespace longwire::exec
