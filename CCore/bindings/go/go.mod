module martlet

go 1.19
