"""Languages that WhatsApp is known to have templates in (messaging-rules 1.3): an open list, so unknown codes are told.

A language that does not exist has no template: every message would be refused (132001).
"""

_CODES = (
    "af ar ar_AE ar_EG ar_LB ar_MA ar_QA ar_SA az bg bn ca cs da de el en en_AU en_CA en_GB en_IN en_US es es_AR "
    "es_CL es_CO es_ES es_MX es_PE es_VE et fa fi fil fr fr_BE fr_CA ga gu ha he hi hr hu id it ja ka kk kn ko "
    "ky_KG lo lt lv mk ml mr ms nb nl pa pl pt_BR pt_PT ro ru rw_RW sk sl sq sr sv sw ta te th tr uk ur uz vi "
    "zh_CN zh_HK zh_TW zu"
)
KNOWN = frozenset(_CODES.split())


def is_known(code: str) -> bool:
    """Say whether a code as WhatsApp writes it, `ll` or `ll_CC`, is one of those known."""
    return code in KNOWN
