"""What a run does, in the words of the Action's input `task`: one deal, the sweep, the report, intake, Streak."""
