# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What people tell around what they want; none of it says what is wrong.

A classifier that only learned the point itself takes such a sentence for one.
"""

CONTEXT = {
    "ko": """
저희 회사는 올해부터 거래를 시작했습니다.
지난번에도 같은 상품을 샀었는데 그때는 괜찮았어요.
여러 번 이용한 단골입니다.
친구 추천으로 처음 구매해 봤어요.
부모님 댁으로 시킨 거예요.
아이가 쓸 거라서 골랐습니다.
회사에서 같이 쓰려고 단체로 샀어요.
전화가 계속 통화 중이라 글로 남깁니다.
채팅으로 물어봤는데 여기로 문의하라고 하셔서요.
어제 상담하신 분 성함이 기억이 안 나네요.
제가 이런 문의는 처음이라 잘 모르겠어요.
날도 추운데 고생 많으십니다.
바쁘신데 죄송합니다만 하나만 여쭤볼게요.
주말이라 답이 늦을 수 있다는 건 알고 있습니다.
평소에 서비스가 좋아서 자주 이용하고 있습니다.
사이트에서 찾아봤는데 답을 못 찾았어요.
저는 물류팀에서 일하고 있고 담당자 대신 연락드립니다.
저희 병원은 200병상 규모이고 물품은 제가 관리합니다.
연말이라 내부 보고가 많습니다.
점심시간 지나고 통화 가능합니다.
팀장님이 확인해 보라고 하셔서 메일 드립니다.
앞서 보내드린 메일은 무시해 주세요.
관련 사진은 나중에 보내드릴게요.
두 달 전에 가입했고 이번이 세 번째 주문이에요.
결혼 준비하느라 이것저것 사고 있어요.
담당 영업사원분께는 따로 말씀드렸습니다.
이 번호로 문자 주셔도 됩니다.
출근길에 급하게 적느라 두서가 없네요.
지방이라 매장에 가기가 어렵습니다.
블로그 후기를 보고 샀습니다.
카드로 결제했고 회원으로 주문했어요.
저희 어머니가 쓰시는 제품이에요.
이번 달에만 세 번 주문했네요.
계약 담당은 김 과장님이십니다.
""",
    "en": """
We started working with you this year.
I bought the same thing last year and it was fine back then.
I'm a regular customer of yours.
A friend recommended your shop to me.
It is for my parents, who live far away.
I picked it for my son.
We bought it as a group at the office.
Your line was busy so I'm writing instead.
The chat told me to use this address.
I can't remember the name of the person I talked to.
I've never had to write to you before.
I know you must be busy these days.
Sorry to bother you with this.
I realise it's the weekend.
Your service is usually very good.
I looked through the website and couldn't find an answer.
I work in logistics and write on behalf of a colleague.
Our hospital has 200 beds and I look after the supplies.
We have a lot of reporting to do before year end.
You can reach me after lunch.
My manager asked me to get in touch.
Please ignore my earlier mail.
I can send pictures later.
I signed up two months ago and this is my third order.
We're getting married soon and buying all sorts of things.
I mentioned it to your sales rep as well.
A text message to this number is fine too.
Excuse typos, I'm on the train.
We live in the countryside, far from any shop.
I read the reviews before buying.
I paid by card and ordered as a member.
My mother uses it every day.
We've ordered three times this month alone.
Mr Brown handles the contract on our side.
""",
}
CONTEXT = {
    language: tuple(line for line in lines.splitlines() if line)
    for language, lines in CONTEXT.items()
}
