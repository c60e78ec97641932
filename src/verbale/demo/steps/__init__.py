"""The five steps of the worked example, one module each."""
