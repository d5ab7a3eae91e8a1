"""Proofs that a model has no solution: by linear programming, and by CP-SAT where that sees nothing.

Owns the handing over of :class:`Model` to OR-tools. Linear programming is fast on thousands of teams and its
dual values name the rows that are in the way; but it allows half games. CP-SAT does not.
"""

from __future__ import annotations

import math
from collections.abc import Collection

from ortools.linear_solver.python import model_builder_helper as linear
from ortools.sat.python import cp_model

from jobs.league.solver.deadline import Deadline
from jobs.league.solver.reasons import Rule
from jobs.league.solver.reasons_model import MANY, Model, Row, Term

TINY = 1e-6
DECIDED = (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE)


def short_of(model: Model, deadline: Deadline) -> set[Rule] | None:
    """The rules of the rows that leave games without a date, even if games could be halved.

    Returns:
        None when every game finds its place, or when the time ended first.
    """
    program = _linear(model)
    solver = linear.ModelSolverHelper("glop")
    solver.set_time_limit_in_seconds(deadline.remaining())
    solver.solve(program)
    if solver.status() != linear.SolveStatus.OPTIMAL or solver.objective_value() < TINY:
        return None
    duals = zip(model.rows, solver.dual_values(), strict=True)
    return {rule for row, dual in duals if abs(dual) > TINY for rule in row.rules}


def _linear(model: Model) -> linear.ModelBuilderHelper:
    """A linear program that places as many games as it can: what a row lacks costs 1 each."""
    program = linear.ModelBuilderHelper()
    for top in model.tops:
        _variable(program, top)
    for number, row in enumerate(model.rows):
        program.add_linear_constraint()
        program.set_constraint_lower_bound(number, row.least if row.least > -MANY else -math.inf)
        program.set_constraint_upper_bound(number, row.most if row.most < MANY else math.inf)
        for variable, factor in row.terms:
            program.set_constraint_coefficient(number, variable, factor)
        if row.least > 0:
            missing = _variable(program, row.least)
            program.set_var_objective_coefficient(missing, 1.0)
            program.set_constraint_coefficient(number, missing, 1.0)
    return program


def _variable(program: linear.ModelBuilderHelper, top: int) -> int:
    variable = program.add_var()
    program.set_var_lower_bound(variable, 0.0)
    program.set_var_upper_bound(variable, top)
    return variable


def is_broken(model: Model, deadline: Deadline, seed: int, effort: float) -> bool | None:
    """Whether a model has no solution; None when that was not known in time."""
    program, _, _ = _constraints(model, literals=False)
    for relaxation in (False, True):  # the first finds solutions soon, the other proofs
        status = _solver(deadline, seed, effort / 2, relaxation=relaxation).solve(program)
        if status in DECIDED:
            return status == cp_model.INFEASIBLE
    return None


def used_in_proof(model: Model, deadline: Deadline, seed: int, effort: float) -> set[Rule] | None:
    """The rules of which CP-SAT's proof made use, by assuming each of them; None when there is a solution.

    Raises:
        OutOfTime: neither was known in time.
    """
    program, _, literals = _constraints(model, literals=True)
    by_index = {literal.index: rule for rule, literal in literals.items()}
    program.add_assumptions(list(literals.values()))
    solver = _solver(deadline, seed, effort)
    status = solver.solve(program)
    if status not in DECIDED:
        raise deadline.passed()
    if status != cp_model.INFEASIBLE:
        return None
    used = {by_index[index] for index in solver.sufficient_assumptions_for_infeasibility()}
    return used or set(literals)  # presolve may find the proof, and does not say from what


def fewest(model: Model, terms: Collection[Term], deadline: Deadline, seed: int, effort: float) -> int:
    """The least that a sum can be in any solution, or what of it is proved in time; 0 if there is none."""
    program, variables, _ = _constraints(model, literals=False)
    program.minimize(sum(factor * variables[number] for number, factor in terms))
    solver = _solver(deadline, seed, effort)
    status = solver.solve(program)
    return 0 if status == cp_model.INFEASIBLE else max(0, math.ceil(solver.best_objective_bound - TINY))


def _constraints(
    model: Model, *, literals: bool
) -> tuple[cp_model.CpModel, list[cp_model.IntVar], dict[Rule, cp_model.IntVar]]:
    """A model for CP-SAT; with literals its rows hold only where the assumptions of all their rules do."""
    program = cp_model.CpModel()
    variables = [program.new_int_var(0, top, "") for top in model.tops]
    assumed: dict[Rule, cp_model.IntVar] = {}
    for row in model.rows:
        kept = _add(program, variables, row)
        if literals and row.rules:
            for rule in row.rules:
                if rule not in assumed:
                    assumed[rule] = program.new_bool_var("")
            kept.only_enforce_if(*(assumed[rule] for rule in row.rules))
    return program, variables, assumed


def _add(program: cp_model.CpModel, variables: list[cp_model.IntVar], row: Row) -> cp_model.Constraint:
    total = cp_model.LinearExpr.weighted_sum(
        [variables[number] for number, _ in row.terms], [factor for _, factor in row.terms]
    )
    return program.add_linear_constraint(total, row.least, row.most)


def _solver(deadline: Deadline, seed: int, effort: float, *, relaxation: bool = True) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = int(relaxation)
    solver.parameters.max_deterministic_time = effort
    solver.parameters.max_time_in_seconds = deadline.remaining()
    return solver
