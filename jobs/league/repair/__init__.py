"""Repairing a schedule: as few games as possible move after rain, a lost venue or a withdrawn team.

``job`` is the job, ``repair`` the order of the steps; importing this package loads no solver.
"""
