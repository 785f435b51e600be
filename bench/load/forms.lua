-- What wrk runs: posts forms to one path. Arguments: a file with one form a line, the order, the prefix of
-- new forms, and the content type.
-- "repeat" goes through the forms again and again; "chain" sends each form once and makes a new one of the refresh
-- token in each answer, as a program renews again and again.

local forms = {}
local chain = false
local prefix = ""
local last = 0
local at = 0

local function add(form)
  last = last + 1
  forms[last] = wrk.format(nil, nil, nil, form)
end

function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = args[4]
  chain = args[2] == "chain"
  prefix = args[3] or ""
  for line in io.lines(args[1]) do
    add(line)
  end
  if chain then
    response = function(status, headers, body)
      local token = string.match(body, '"refresh_token":"([^"]+)"')
      if token then
        add(prefix .. token)
      end
    end
  end
end

function request()
  if chain then
    at = at + 1
    local form = forms[at]
    forms[at] = nil
    return form
  end
  at = at % last + 1
  return forms[at]
end

function done(summary, latency)
  io.write("MEASURED ", string.format(
    '{"requests":%d,"seconds":%f,"refused":%d,"broken":%d,"p50":%f,"p99":%f}\n',
    summary.requests, summary.duration / 1e6, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
