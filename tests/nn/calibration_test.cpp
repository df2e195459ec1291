#include "nn/calibration.h"

#include <doctest/doctest.h>

using sand::nn::Calibration;

TEST_CASE("The calibration error of a few predictions is what one computes by hand") {
  Calibration calibration(2);
  // above 1/2: three predictions with confidence 0.75, two of them right: |2 - 2.25| = 0.25
  for (const bool right : {true, true, false}) calibration.add(0.75, right);
  // at most 1/2: one with confidence 0.5, wrong: |0 - 0.5| = 0.5
  calibration.add(0.5, false);
  CHECK(calibration.error() == (0.25 + 0.5) / 4);
  CHECK(calibration.bins()[0].predictions == 1);
  CHECK(calibration.bins()[1].right == 2);
}

TEST_CASE("Errors of opposite sign in one bin cancel, in two bins they add up") {
  for (const int bins : {1, 2}) {
    Calibration calibration(bins);
    calibration.add(0.25, true);  // 0.75 too shy
    calibration.add(1, false);    // 1 too sure
    CHECK(calibration.error() == (bins == 1 ? 0.25 : 1.75) / 2);
  }
}

TEST_CASE("Confidences of 0 and 1 are in the first and the last bin, and no prediction has no error") {
  Calibration calibration(15);
  CHECK(calibration.error() == 0);
  calibration.add(0, false);
  calibration.add(1, true);
  CHECK(calibration.error() == 0);
  CHECK(calibration.bins()[0].predictions == 1);
  CHECK(calibration.bins()[14].predictions == 1);
}
