// Node's http module as a contestant: server.js PORT.
'use strict';
const http = require('http');

const PIECE = Buffer.alloc(65536, 'x');
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

function send(response, text) {
  response.writeHead(200, { ...TEXT, 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

function echoSize(request, response) {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => send(response, String(Buffer.concat(pieces).length)));
}

function upload(request, response) {
  let bytes = 0;
  request.on('data', (piece) => { bytes += piece.length; });
  request.on('end', () => send(response, String(bytes)));
}

function download(response, bytes) {
  response.writeHead(200, { ...TEXT, 'Content-Length': bytes });
  let left = bytes;
  const goOn = () => {
    while (left > 0) {
      const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
      left -= piece.length;
      if (!response.write(piece) && left > 0) return response.once('drain', goOn);
    }
    response.end();
  };
  goOn();
}

const ROUTES = {
  '/hello': (request, response) => send(response, 'Hello, World!'),
  '/echo-size': echoSize,
  '/upload': upload,
};

const server = http.createServer((request, response) => {
  const route = ROUTES[request.url];
  if (route) return route(request, response);
  if (request.url.startsWith('/download/')) return download(response, Number(request.url.slice(10)));
  response.writeHead(404).end();
});
server.keepAliveTimeout = 3600 * 1000;
server.maxRequestsPerSocket = 0;
server.listen(Number(process.argv[2]), '127.0.0.1', 4096);
