"""What the intelligence that a person may read has in common: sources, features, a graph, a matrix of techniques."""
