#include "provisioning.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_check.h"
#include "esp_event.h"
#include "esp_log.h"
#include "esp_mac.h"
#include "esp_netif.h"
#include "esp_random.h"
#include "esp_srp.h"
#include "esp_wifi.h"
#include "network.h"
#include "network_provisioning/manager.h"
#include "network_provisioning/scheme_softap.h"

#define USER_NAME "meter"
#define SECRET_BYTES 8
#define SALT_BYTES 16
#define SERVICE_NAME_BYTES 24

static const char *TAG = "provisioning";

/** Must live until provisioning has ended. */
static network_prov_security2_params_t s_security;
static char s_name[SERVICE_NAME_BYTES];
static char s_secret[SECRET_BYTES + 1];

/** Without the letters and digits that look alike. */
static void make_secret(char secret[SECRET_BYTES + 1])
{
    static const char alphabet[32] = "abcdefghijkmnpqrstuvwxyz23456789";
    for (int i = 0; i < SECRET_BYTES; i++) {
        secret[i] = alphabet[esp_random() % sizeof(alphabet)];
    }
    secret[SECRET_BYTES] = '\0';
}

static void on_event(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)arg;
    (void)base;
    (void)data;
    if (id == NETWORK_PROV_WIFI_CRED_FAIL) {
        ESP_LOGW(TAG, "that Wi-Fi doesn't take us; enter it again");
        (void)network_prov_mgr_reset_wifi_sm_state_on_failure();
    } else if (id == NETWORK_PROV_END) {
        ESP_LOGI(TAG, "done");
        (void)network_prov_mgr_deinit();
        free((char *)s_security.salt);
        free((char *)s_security.verifier);
        s_security = (network_prov_security2_params_t){0};
    }
}

static esp_err_t make_security(const char *secret)
{
    char *salt = NULL;
    char *verifier = NULL;
    int verifier_bytes = 0;
    ESP_RETURN_ON_ERROR(esp_srp_gen_salt_verifier(USER_NAME, (int)strlen(USER_NAME), secret, (int)strlen(secret), &salt,
                                                  SALT_BYTES, &verifier, &verifier_bytes),
                        TAG, "no verifier");
    s_security = (network_prov_security2_params_t){
        .salt = salt,
        .salt_len = SALT_BYTES,
        .verifier = verifier,
        .verifier_len = (uint16_t)verifier_bytes,
    };
    return ESP_OK;
}

/** The secret is new at each start and only on console and display: who can read it stands at the meter. */
static esp_err_t open_access_point(void)
{
    uint8_t mac[6];
    ESP_RETURN_ON_ERROR(esp_read_mac(mac, ESP_MAC_WIFI_STA), TAG, "no address");
    snprintf(s_name, sizeof(s_name), "PROV_meter_%02X%02X%02X", mac[3], mac[4], mac[5]);
    (void)esp_netif_create_default_wifi_ap();
    make_secret(s_secret);
    ESP_RETURN_ON_ERROR(make_security(s_secret), TAG, "no security");
    ESP_RETURN_ON_ERROR(esp_event_handler_register(NETWORK_PROV_EVENT, ESP_EVENT_ANY_ID, on_event, NULL), TAG,
                        "no handler");
    ESP_RETURN_ON_ERROR(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_2, &s_security, s_name, s_secret),
                        TAG, "not started");
    ESP_LOGW(TAG, "no Wi-Fi is set: use the app \"ESP SoftAP Provisioning\" with this code:");
    ESP_LOGW(TAG,
             "{\"ver\":\"v1\",\"name\":\"%s\",\"username\":\"" USER_NAME
             "\",\"pop\":\"%s\",\"transport\":\"softap\",\"password\":\"%s\"}",
             s_name, s_secret, s_secret);
    return ESP_OK;
}

esp_err_t provisioning_start_if_needed(bool *provisioned)
{
    network_prov_mgr_config_t config = {
        .scheme = network_prov_scheme_softap,
        .scheme_event_handler = NETWORK_PROV_EVENT_HANDLER_NONE,
    };
    ESP_RETURN_ON_ERROR(network_prov_mgr_init(config), TAG, "no manager");
    ESP_RETURN_ON_ERROR(network_prov_mgr_is_wifi_provisioned(provisioned), TAG, "no storage");
    if (*provisioned) {
        return network_prov_mgr_deinit();
    }
    return open_access_point();
}

const char *network_provisioning_name(void)
{
    return s_name;
}

const char *network_provisioning_code(void)
{
    return s_secret;
}
