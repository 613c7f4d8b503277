//! What leaves the baseline of a process: made by the tests of `learn`.

use super::{Scenario, scenarios};

scenarios! {
    LISTENER "opens a port that its baseline does not have" ["new-listener"];
    PEER "speaks with an address and a port that its baseline does not have" ["destination-drift"];
    UPLOAD "sends fifty times as much as its baseline has" ["upload-imbalance"];
}
