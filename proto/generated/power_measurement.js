/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const power_measurement = $root.power_measurement = (() => {

    const power_measurement = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    power_measurement.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    power_measurement.prototype.energy_consumption = 0;
    power_measurement.prototype.current = 0;
    power_measurement.prototype.channel = 0;
    power_measurement.prototype.sequence = 0;
    power_measurement.prototype.boot_id = 0;
    power_measurement.prototype.lease_ms = 0;
    power_measurement.prototype.bus_voltage_mv = 0;
    power_measurement.prototype.current_ua = 0;
    power_measurement.prototype.energy_uj = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    power_measurement.prototype.energy_exported_uj = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    power_measurement.prototype.unix_time_us = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    power_measurement.prototype.time_sync_age_s = 0;
    power_measurement.prototype.samples = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    power_measurement.prototype.flags = 0;
    power_measurement.prototype.missed_cycles = 0;
    power_measurement.prototype.gap_us = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    power_measurement.prototype.overrange_samples = 0;
    power_measurement.prototype.shunt_uohm = 0;
    power_measurement.prototype.lifetime_energy_uj = $util.Long ? $util.Long.fromBits(0,0,true) : 0;
    power_measurement.prototype.sensor_errors = 0;
    power_measurement.prototype.offset_lsb256 = 0;
    power_measurement.prototype.challenge = 0;

    power_measurement.create = function(properties) {
        return new power_measurement(properties);
    };

    power_measurement.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
            writer.uint32(8).uint64(message.timestamp);
        if (message.energy_consumption != null && $Object.hasOwnProperty.call(message, "energy_consumption") && !$Object.is(message.energy_consumption, 0))
            writer.uint32(17).double(message.energy_consumption);
        if (message.current != null && $Object.hasOwnProperty.call(message, "current") && !$Object.is(message.current, 0))
            writer.uint32(29).float(message.current);
        if (message.channel != null && $Object.hasOwnProperty.call(message, "channel") && message.channel !== 0)
            writer.uint32(32).uint32(message.channel);
        if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && message.sequence !== 0)
            writer.uint32(40).uint32(message.sequence);
        if (message.boot_id != null && $Object.hasOwnProperty.call(message, "boot_id") && message.boot_id !== 0)
            writer.uint32(53).fixed32(message.boot_id);
        if (message.lease_ms != null && $Object.hasOwnProperty.call(message, "lease_ms") && message.lease_ms !== 0)
            writer.uint32(56).uint32(message.lease_ms);
        if (message.bus_voltage_mv != null && $Object.hasOwnProperty.call(message, "bus_voltage_mv") && message.bus_voltage_mv !== 0)
            writer.uint32(64).uint32(message.bus_voltage_mv);
        if (message.current_ua != null && $Object.hasOwnProperty.call(message, "current_ua") && message.current_ua !== 0)
            writer.uint32(72).sint32(message.current_ua);
        if (message.energy_uj != null && $Object.hasOwnProperty.call(message, "energy_uj") && (typeof message.energy_uj === "object" ? message.energy_uj.low || message.energy_uj.high : message.energy_uj !== 0))
            writer.uint32(80).uint64(message.energy_uj);
        if (message.energy_exported_uj != null && $Object.hasOwnProperty.call(message, "energy_exported_uj") && (typeof message.energy_exported_uj === "object" ? message.energy_exported_uj.low || message.energy_exported_uj.high : message.energy_exported_uj !== 0))
            writer.uint32(88).uint64(message.energy_exported_uj);
        if (message.unix_time_us != null && $Object.hasOwnProperty.call(message, "unix_time_us") && (typeof message.unix_time_us === "object" ? message.unix_time_us.low || message.unix_time_us.high : message.unix_time_us !== 0))
            writer.uint32(96).uint64(message.unix_time_us);
        if (message.time_sync_age_s != null && $Object.hasOwnProperty.call(message, "time_sync_age_s") && message.time_sync_age_s !== 0)
            writer.uint32(104).uint32(message.time_sync_age_s);
        if (message.samples != null && $Object.hasOwnProperty.call(message, "samples") && (typeof message.samples === "object" ? message.samples.low || message.samples.high : message.samples !== 0))
            writer.uint32(112).uint64(message.samples);
        if (message.flags != null && $Object.hasOwnProperty.call(message, "flags") && message.flags !== 0)
            writer.uint32(120).uint32(message.flags);
        if (message.missed_cycles != null && $Object.hasOwnProperty.call(message, "missed_cycles") && message.missed_cycles !== 0)
            writer.uint32(128).uint32(message.missed_cycles);
        if (message.gap_us != null && $Object.hasOwnProperty.call(message, "gap_us") && (typeof message.gap_us === "object" ? message.gap_us.low || message.gap_us.high : message.gap_us !== 0))
            writer.uint32(136).uint64(message.gap_us);
        if (message.overrange_samples != null && $Object.hasOwnProperty.call(message, "overrange_samples") && message.overrange_samples !== 0)
            writer.uint32(144).uint32(message.overrange_samples);
        if (message.shunt_uohm != null && $Object.hasOwnProperty.call(message, "shunt_uohm") && message.shunt_uohm !== 0)
            writer.uint32(152).uint32(message.shunt_uohm);
        if (message.lifetime_energy_uj != null && $Object.hasOwnProperty.call(message, "lifetime_energy_uj") && (typeof message.lifetime_energy_uj === "object" ? message.lifetime_energy_uj.low || message.lifetime_energy_uj.high : message.lifetime_energy_uj !== 0))
            writer.uint32(160).uint64(message.lifetime_energy_uj);
        if (message.sensor_errors != null && $Object.hasOwnProperty.call(message, "sensor_errors") && message.sensor_errors !== 0)
            writer.uint32(168).uint32(message.sensor_errors);
        if (message.challenge != null && $Object.hasOwnProperty.call(message, "challenge") && message.challenge !== 0)
            writer.uint32(181).fixed32(message.challenge);
        if (message.offset_lsb256 != null && $Object.hasOwnProperty.call(message, "offset_lsb256") && message.offset_lsb256 !== 0)
            writer.uint32(184).sint32(message.offset_lsb256);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    power_measurement.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.power_measurement();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                        message.timestamp = value;
                    else
                        delete message.timestamp;
                    continue;
                }
            case 2: {
                    if (wireType !== 1)
                        break;
                    if (!$Object.is(value = reader.double(), 0))
                        message.energy_consumption = value;
                    else
                        delete message.energy_consumption;
                    continue;
                }
            case 3: {
                    if (wireType !== 5)
                        break;
                    if (!$Object.is(value = reader.float(), 0))
                        message.current = value;
                    else
                        delete message.current;
                    continue;
                }
            case 4: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.channel = value;
                    else
                        delete message.channel;
                    continue;
                }
            case 5: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.sequence = value;
                    else
                        delete message.sequence;
                    continue;
                }
            case 6: {
                    if (wireType !== 5)
                        break;
                    if (value = reader.fixed32())
                        message.boot_id = value;
                    else
                        delete message.boot_id;
                    continue;
                }
            case 7: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.lease_ms = value;
                    else
                        delete message.lease_ms;
                    continue;
                }
            case 8: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.bus_voltage_mv = value;
                    else
                        delete message.bus_voltage_mv;
                    continue;
                }
            case 9: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.sint32())
                        message.current_ua = value;
                    else
                        delete message.current_ua;
                    continue;
                }
            case 10: {
                    if (wireType !== 0)
                        break;
                    if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                        message.energy_uj = value;
                    else
                        delete message.energy_uj;
                    continue;
                }
            case 11: {
                    if (wireType !== 0)
                        break;
                    if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                        message.energy_exported_uj = value;
                    else
                        delete message.energy_exported_uj;
                    continue;
                }
            case 12: {
                    if (wireType !== 0)
                        break;
                    if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                        message.unix_time_us = value;
                    else
                        delete message.unix_time_us;
                    continue;
                }
            case 13: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.time_sync_age_s = value;
                    else
                        delete message.time_sync_age_s;
                    continue;
                }
            case 14: {
                    if (wireType !== 0)
                        break;
                    if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                        message.samples = value;
                    else
                        delete message.samples;
                    continue;
                }
            case 15: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.flags = value;
                    else
                        delete message.flags;
                    continue;
                }
            case 16: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.missed_cycles = value;
                    else
                        delete message.missed_cycles;
                    continue;
                }
            case 17: {
                    if (wireType !== 0)
                        break;
                    if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                        message.gap_us = value;
                    else
                        delete message.gap_us;
                    continue;
                }
            case 18: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.overrange_samples = value;
                    else
                        delete message.overrange_samples;
                    continue;
                }
            case 19: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.shunt_uohm = value;
                    else
                        delete message.shunt_uohm;
                    continue;
                }
            case 20: {
                    if (wireType !== 0)
                        break;
                    if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                        message.lifetime_energy_uj = value;
                    else
                        delete message.lifetime_energy_uj;
                    continue;
                }
            case 21: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.sensor_errors = value;
                    else
                        delete message.sensor_errors;
                    continue;
                }
            case 23: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.sint32())
                        message.offset_lsb256 = value;
                    else
                        delete message.offset_lsb256;
                    continue;
                }
            case 22: {
                    if (wireType !== 5)
                        break;
                    if (value = reader.fixed32())
                        message.challenge = value;
                    else
                        delete message.challenge;
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    power_measurement.getTypeUrl = function(prefix) {
        if (prefix === $undefined)
            prefix = "type.googleapis.com";
        return prefix + "/power_measurement";
    };

    return power_measurement;
})();

export const calibration = $root.calibration = (() => {

    const calibration = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    calibration.prototype.shunt_uohm = 0;
    calibration.prototype.offset_lsb256 = 0;

    calibration.create = function(properties) {
        return new calibration(properties);
    };

    calibration.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.shunt_uohm != null && $Object.hasOwnProperty.call(message, "shunt_uohm") && message.shunt_uohm !== 0)
            writer.uint32(8).uint32(message.shunt_uohm);
        if (message.offset_lsb256 != null && $Object.hasOwnProperty.call(message, "offset_lsb256") && message.offset_lsb256 !== 0)
            writer.uint32(16).sint32(message.offset_lsb256);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    calibration.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.calibration();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.shunt_uohm = value;
                    else
                        delete message.shunt_uohm;
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.sint32())
                        message.offset_lsb256 = value;
                    else
                        delete message.offset_lsb256;
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    calibration.getTypeUrl = function(prefix) {
        if (prefix === $undefined)
            prefix = "type.googleapis.com";
        return prefix + "/calibration";
    };

    return calibration;
})();

export const subscribe = $root.subscribe = (() => {

    const subscribe = function (properties) {
        if (properties)
            for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                if (properties[keys[i]] != null && keys[i] !== "__proto__")
                    this[keys[i]] = properties[keys[i]];
    };

    subscribe.prototype.version = 0;
    subscribe.prototype.lease_s = 0;
    subscribe.prototype.interval_ms = 0;
    subscribe.prototype.token = 0;
    subscribe.prototype.cancel = false;
    subscribe.prototype.calibration = null;
    subscribe.prototype.padding = $util.newBuffer([]);

    subscribe.create = function(properties) {
        return new subscribe(properties);
    };

    subscribe.encode = function (message, writer, _depth) {
        if (!writer)
            writer = $Writer.create();
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $util.recursionLimit)
            throw $Error("max depth exceeded");
        if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
            writer.uint32(8).uint32(message.version);
        if (message.lease_s != null && $Object.hasOwnProperty.call(message, "lease_s") && message.lease_s !== 0)
            writer.uint32(16).uint32(message.lease_s);
        if (message.interval_ms != null && $Object.hasOwnProperty.call(message, "interval_ms") && message.interval_ms !== 0)
            writer.uint32(24).uint32(message.interval_ms);
        if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token !== 0)
            writer.uint32(37).fixed32(message.token);
        if (message.cancel != null && $Object.hasOwnProperty.call(message, "cancel") && message.cancel !== false)
            writer.uint32(40).bool(message.cancel);
        if (message.calibration != null && $Object.hasOwnProperty.call(message, "calibration"))
            $root.calibration.encode(message.calibration, writer.uint32(50).fork(), _depth + 1).ldelim();
        if (message.padding != null && $Object.hasOwnProperty.call(message, "padding") && message.padding.length)
            writer.uint32(122).bytes(message.padding);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
            for (let i = 0; i < message.$unknowns.length; ++i)
                writer.raw(message.$unknowns[i]);
        return writer;
    };

    subscribe.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader))
            reader = $Reader.create(reader);
        if (_depth === $undefined)
            _depth = 0;
        if (_depth > $Reader.recursionLimit)
            throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined)
            end = reader.len;
        else {
            end = reader.pos + length;
            if (end > reader.len)
                throw $RangeError("index out of range");
            length = reader.len;
            reader.len = end;
        }
        message = _target || new $root.subscribe();
        while (reader.pos < end) {
            let start = reader.pos;
            let tag = reader.tag();
            if (tag === _end) {
                _end = $undefined;
                break;
            }
            let wireType = tag & 7;
            switch (tag >>>= 3) {
            case 1: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.version = value;
                    else
                        delete message.version;
                    continue;
                }
            case 2: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.lease_s = value;
                    else
                        delete message.lease_s;
                    continue;
                }
            case 3: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.uint32())
                        message.interval_ms = value;
                    else
                        delete message.interval_ms;
                    continue;
                }
            case 4: {
                    if (wireType !== 5)
                        break;
                    if (value = reader.fixed32())
                        message.token = value;
                    else
                        delete message.token;
                    continue;
                }
            case 5: {
                    if (wireType !== 0)
                        break;
                    if (value = reader.bool())
                        message.cancel = value;
                    else
                        delete message.cancel;
                    continue;
                }
            case 6: {
                    if (wireType !== 2)
                        break;
                    message.calibration = $root.calibration.decode(reader, reader.size(), $undefined, _depth + 1, message.calibration);
                    continue;
                }
            case 15: {
                    if (wireType !== 2)
                        break;
                    if ((value = reader.bytes()).length)
                        message.padding = value;
                    else
                        delete message.padding;
                    continue;
                }
            }
            reader.skipType(wireType, _depth, tag);
            if (!reader.discardUnknown) {
                $util.makeProp(message, "$unknowns", false);
                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
            }
        }
        if (length !== $undefined) {
            if (reader.pos !== end)
                throw $RangeError("index out of range");
            reader.len = length;
        }
        if (_end !== $undefined)
            throw $Error("missing end group");
        return message;
    };

    subscribe.getTypeUrl = function(prefix) {
        if (prefix === $undefined)
            prefix = "type.googleapis.com";
        return prefix + "/subscribe";
    };

    return subscribe;
})();

export {
  $root as default
};
