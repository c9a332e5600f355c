module hello

go 1.19

require martlet v0.0.0

replace martlet => ../../../CCore/bindings/go
