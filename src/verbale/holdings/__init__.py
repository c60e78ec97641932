"""What the node holds of intelligence: STIX 2.1 objects on shelves, each seen only by whom its marking lets see it.

`store` is the one door: pages, API, TAXII, commands and acts all go through its functions, with a viewer.
"""
