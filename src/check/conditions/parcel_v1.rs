//! The made-up service of the unit tests. All of it stands with its data.

#[path = "../../../tests/profiles/parcel-v1/insurance.rs"]
pub(super) mod insurance;
