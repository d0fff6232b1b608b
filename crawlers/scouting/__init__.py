"""Scouting: a site that no source file describes yet is looked over, and a source file proposed."""
