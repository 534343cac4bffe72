//! x
pub fn print() -> bool {
    true
}
