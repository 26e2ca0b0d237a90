"""Parts of a comparison of several sides; `workflow.compare_job` puts them together."""
