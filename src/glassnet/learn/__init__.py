"""The course: exercises with the learner's own numbers, and the mistakes that it can name."""
