"""The course: exercises with numbers of one's own, and the mistakes that it can name."""
