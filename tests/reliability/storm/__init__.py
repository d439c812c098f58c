"""The storm: everything fails at random while people go on; then nothing may be lost or doubled."""
