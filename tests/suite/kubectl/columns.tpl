NAME IMAGE
.metadata.name .spec.template.spec.containers[*].image
