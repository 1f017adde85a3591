//! The made-up service of the unit tests, which needs no code beyond its data.

#[path = "../../../tests/profiles/parcel-v1/insurance.rs"]
pub(super) mod insurance;
