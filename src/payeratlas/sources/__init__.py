"""Publishers' series, one folder each; folders never import each other."""
