"""Whether a part of a mask lies along an artery: what a reader looks at, and a classifier that was taught it.

A network says where calcium of an artery may be. Rows of specks in a duct, rods and dense clusters look the
same to it over a few millimetres. Each connected part is described here by its course, its calcium, the
vessel that goes on beyond it and the parts around it, and gets a probability of being an artery.
"""
