"""What people see: the console, charts, the weekly report."""
