"""A second reading of policies, for an SMT solver: written from docs/policy-language.md, sharing nothing with the engine."""
