"""The tests of Sealroom."""
