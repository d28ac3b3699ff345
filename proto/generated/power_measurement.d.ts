import * as $protobuf from "protobufjs";
import Long = require("long");

/**
 * Properties of a power_measurement.
 * @deprecated Use power_measurement.$Properties instead.
 */
export interface Ipower_measurement extends power_measurement.$Properties {
}

/** Represents a power_measurement. */
export class power_measurement {

    /**
     * Constructs a new power_measurement.
     * @param [properties] Properties to set
     */
    constructor(properties?: power_measurement.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** power_measurement timestamp. */
    timestamp: (number|Long);

    /** power_measurement energy_consumption. */
    energy_consumption: number;

    /** power_measurement current. */
    current: number;

    /** power_measurement channel. */
    channel: number;

    /** power_measurement sequence. */
    sequence: number;

    /** power_measurement boot_id. */
    boot_id: number;

    /** power_measurement lease_ms. */
    lease_ms: number;

    /** power_measurement bus_voltage_mv. */
    bus_voltage_mv: number;

    /** power_measurement current_ua. */
    current_ua: number;

    /** power_measurement energy_uj. */
    energy_uj: (number|Long);

    /** power_measurement energy_exported_uj. */
    energy_exported_uj: (number|Long);

    /** power_measurement unix_time_us. */
    unix_time_us: (number|Long);

    /** power_measurement time_sync_age_s. */
    time_sync_age_s: number;

    /** power_measurement samples. */
    samples: (number|Long);

    /** power_measurement flags. */
    flags: number;

    /** power_measurement missed_cycles. */
    missed_cycles: number;

    /** power_measurement gap_us. */
    gap_us: (number|Long);

    /** power_measurement overrange_samples. */
    overrange_samples: number;

    /** power_measurement shunt_uohm. */
    shunt_uohm: number;

    /** power_measurement lifetime_energy_uj. */
    lifetime_energy_uj: (number|Long);

    /** power_measurement sensor_errors. */
    sensor_errors: number;

    /** power_measurement offset_lsb256. */
    offset_lsb256: number;

    /** power_measurement challenge. */
    challenge: number;

    /**
     * Creates a new power_measurement instance using the specified properties.
     * @param [properties] Properties to set
     * @returns power_measurement instance
     */
    static create(properties: power_measurement.$Shape): power_measurement & power_measurement.$Shape;
    static create(properties?: power_measurement.$Properties): power_measurement;

    /**
     * Encodes the specified power_measurement message. Does not implicitly {@link power_measurement.verify|verify} messages.
     * @param message power_measurement message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: power_measurement.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a power_measurement message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {power_measurement & power_measurement.$Shape} power_measurement
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): power_measurement & power_measurement.$Shape;

    /**
     * Gets the type url for power_measurement
     * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
     * @returns The type url
     */
    static getTypeUrl(prefix?: string): string;
}

export namespace power_measurement {

    /** Properties of a power_measurement. */
    interface $Properties {

        /** power_measurement timestamp */
        timestamp?: (number|Long|null);

        /** power_measurement energy_consumption */
        energy_consumption?: (number|null);

        /** power_measurement current */
        current?: (number|null);

        /** power_measurement channel */
        channel?: (number|null);

        /** power_measurement sequence */
        sequence?: (number|null);

        /** power_measurement boot_id */
        boot_id?: (number|null);

        /** power_measurement lease_ms */
        lease_ms?: (number|null);

        /** power_measurement bus_voltage_mv */
        bus_voltage_mv?: (number|null);

        /** power_measurement current_ua */
        current_ua?: (number|null);

        /** power_measurement energy_uj */
        energy_uj?: (number|Long|null);

        /** power_measurement energy_exported_uj */
        energy_exported_uj?: (number|Long|null);

        /** power_measurement unix_time_us */
        unix_time_us?: (number|Long|null);

        /** power_measurement time_sync_age_s */
        time_sync_age_s?: (number|null);

        /** power_measurement samples */
        samples?: (number|Long|null);

        /** power_measurement flags */
        flags?: (number|null);

        /** power_measurement missed_cycles */
        missed_cycles?: (number|null);

        /** power_measurement gap_us */
        gap_us?: (number|Long|null);

        /** power_measurement overrange_samples */
        overrange_samples?: (number|null);

        /** power_measurement shunt_uohm */
        shunt_uohm?: (number|null);

        /** power_measurement lifetime_energy_uj */
        lifetime_energy_uj?: (number|Long|null);

        /** power_measurement sensor_errors */
        sensor_errors?: (number|null);

        /** power_measurement offset_lsb256 */
        offset_lsb256?: (number|null);

        /** power_measurement challenge */
        challenge?: (number|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a power_measurement. */
    type $Shape = power_measurement.$Properties;
}

/**
 * Properties of a calibration.
 * @deprecated Use calibration.$Properties instead.
 */
export interface Icalibration extends calibration.$Properties {
}

/** Represents a calibration. */
export class calibration {

    /**
     * Constructs a new calibration.
     * @param [properties] Properties to set
     */
    constructor(properties?: calibration.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** calibration shunt_uohm. */
    shunt_uohm: number;

    /** calibration offset_lsb256. */
    offset_lsb256: number;

    /**
     * Creates a new calibration instance using the specified properties.
     * @param [properties] Properties to set
     * @returns calibration instance
     */
    static create(properties: calibration.$Shape): calibration & calibration.$Shape;
    static create(properties?: calibration.$Properties): calibration;

    /**
     * Encodes the specified calibration message. Does not implicitly {@link calibration.verify|verify} messages.
     * @param message calibration message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: calibration.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a calibration message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {calibration & calibration.$Shape} calibration
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): calibration & calibration.$Shape;

    /**
     * Gets the type url for calibration
     * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
     * @returns The type url
     */
    static getTypeUrl(prefix?: string): string;
}

export namespace calibration {

    /** Properties of a calibration. */
    interface $Properties {

        /** calibration shunt_uohm */
        shunt_uohm?: (number|null);

        /** calibration offset_lsb256 */
        offset_lsb256?: (number|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a calibration. */
    type $Shape = calibration.$Properties;
}

/**
 * Properties of a subscribe.
 * @deprecated Use subscribe.$Properties instead.
 */
export interface Isubscribe extends subscribe.$Properties {
}

/** Represents a subscribe. */
export class subscribe {

    /**
     * Constructs a new subscribe.
     * @param [properties] Properties to set
     */
    constructor(properties?: subscribe.$Properties);

    /** Unknown fields preserved while decoding when enabled */
    $unknowns?: Uint8Array[];

    /** subscribe version. */
    version: number;

    /** subscribe lease_s. */
    lease_s: number;

    /** subscribe interval_ms. */
    interval_ms: number;

    /** subscribe token. */
    token: number;

    /** subscribe cancel. */
    cancel: boolean;

    /** subscribe calibration. */
    calibration?: (calibration.$Properties|null);

    /** subscribe padding. */
    padding: Uint8Array;

    /**
     * Creates a new subscribe instance using the specified properties.
     * @param [properties] Properties to set
     * @returns subscribe instance
     */
    static create(properties: subscribe.$Shape): subscribe & subscribe.$Shape;
    static create(properties?: subscribe.$Properties): subscribe;

    /**
     * Encodes the specified subscribe message. Does not implicitly {@link subscribe.verify|verify} messages.
     * @param message subscribe message or plain object to encode
     * @param [writer] Writer to encode to
     * @returns Writer
     */
    static encode(message: subscribe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

    /**
     * Decodes a subscribe message from the specified reader or buffer.
     * @param reader Reader or buffer to decode from
     * @param [length] Message length if known beforehand
     * @returns {subscribe & subscribe.$Shape} subscribe
     * @throws {Error} If the payload is not a reader or valid buffer
     * @throws {$protobuf.util.ProtocolError} If required fields are missing
     */
    static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): subscribe & subscribe.$Shape;

    /**
     * Gets the type url for subscribe
     * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
     * @returns The type url
     */
    static getTypeUrl(prefix?: string): string;
}

export namespace subscribe {

    /** Properties of a subscribe. */
    interface $Properties {

        /** subscribe version */
        version?: (number|null);

        /** subscribe lease_s */
        lease_s?: (number|null);

        /** subscribe interval_ms */
        interval_ms?: (number|null);

        /** subscribe token */
        token?: (number|null);

        /** subscribe cancel */
        cancel?: (boolean|null);

        /** subscribe calibration */
        calibration?: (calibration.$Properties|null);

        /** subscribe padding */
        padding?: (Uint8Array|null);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
    }

    /** Shape of a subscribe. */
    type $Shape = subscribe.$Properties;
}
