-- For wrk: so many requests in one write (the first argument behind "--"), and its sums as JSON, in integers.
-- Without pipelining no function is called for a request, so that wrk is as fast as it can be.
function init(arguments)
  local depth = tonumber(arguments[1])
  if depth > 1 then
    local batch = string.rep(wrk.format(), depth)
    request = function() return batch end
  end
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format('{"answers": %d, "us": %d, "errors": {"refused": %d, "cut": %d, "status": %d, "timeout": %d}, '
    .. '"latency_us": {"p50": %d, "p99": %d, "p99.9": %d}}',
    summary.requests, summary.duration, errors.connect, errors.read + errors.write, errors.status, errors.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
