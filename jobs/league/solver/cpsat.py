"""How CP-SAT is run here: the same answer for the same seed, and never past the deadline.

Owns the solver's parameters. One worker, because it alone answers alike on every run and leaves the other
core to the rest of the machine. Effort is limited in CP-SAT's own deterministic unit (one is 2 to 4 s
here), so that a busy machine finds the same schedule, only later; the deadline is the second limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from ortools.sat.python import cp_model

from jobs.league.solver.deadline import Deadline

DECIDED = (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE)


@dataclass(frozen=True)
class Manner:
    """How CP-SAT goes about a model.

    Attributes:
        effort: when to stop improving, in CP-SAT's deterministic time.
        relaxation: whether to use the linear relaxation.
    """

    effort: float
    relaxation: bool


def run(
    model: cp_model.CpModel, deadline: Deadline, *, seed: int, manner: Manner
) -> cp_model.CpSolver | None:
    """Solve a model.

    Args:
        model: What to solve.
        deadline: When to stop at the latest.
        seed: The same seed gives the same answer, if the deadline leaves it the time.
        manner: How.

    Returns:
        The solver with its best solution, or None when the model has none.

    Raises:
        OutOfTime: the deadline or the effort ended before there was an answer.
    """
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2 if manner.relaxation else 0
    solver.parameters.max_deterministic_time = manner.effort
    solver.parameters.max_time_in_seconds = deadline.remaining()
    status = solver.solve(model)
    if status not in DECIDED:
        raise deadline.passed()
    return None if status == cp_model.INFEASIBLE else solver
