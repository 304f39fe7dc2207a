"""Problems of the outside world, the same in every service: a cabinet or an ERP that is away, or refuses."""

from smena.http.problems import declare

CABINET_UNAVAILABLE = declare("cabinet-unavailable", 503, ru="Кабинет не отвечает", en="The cabinet gives no answer")
CABINET_REFUSED = declare("cabinet-refused", 502, ru="Кабинет отказал", en="The cabinet refused")
ERP_UNAVAILABLE = declare("erp-unavailable", 503, ru="1С не отвечает", en="The ERP gives no answer")
ERP_REFUSED = declare("erp-refused", 502, ru="1С отказала", en="The ERP refused")
