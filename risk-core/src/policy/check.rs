use super::load::Places;
use super::model::Policy;
use super::source::Errors;

pub(super) fn check(_policy: &Policy, _places: &Places, _errors: &Errors) {}
