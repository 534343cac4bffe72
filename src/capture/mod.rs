//! Running the API and the scenarios, and taking down what is on the wire.
