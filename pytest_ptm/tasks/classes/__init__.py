"""Classes as answers: what a classifier says, how labels are read, what is right."""
