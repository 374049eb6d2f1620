-- What wrk does for bench/load_generator.ts. Arguments: how deep to pipeline, and how many files of the folder to ask
-- for at random (0: always the same target). Reports as a line of JSON.

function init(args)
  local depth = tonumber(args[1])
  local count = tonumber(args[2])
  if depth > 1 then
    local batch = string.rep(wrk.format(), depth)
    request = function() return batch end
  end
  if count > 0 then
    local requests = {}
    for index = 1, count do
      requests[index] = wrk.format(nil, string.format("%s%05d.html", wrk.path, index - 1))
    end
    math.randomseed(1) -- every server gets the same sequence
    request = function() return requests[math.random(count)] end
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"bytes":%.0f,"durationUs":%d,"p50Us":%d,"p99Us":%d,"wrong":%d,"broken":%d}\n',
    summary.requests, summary.bytes, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
